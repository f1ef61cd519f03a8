"""The one table of addresses. `urls` serves it, `openapi` describes it; there is nothing else below /api."""

from __future__ import annotations

from typing import Final

from rookery.api.schemas import care as care_shapes
from rookery.api.schemas import contacts as contact_shapes
from rookery.api.schemas import conversations as talk_shapes
from rookery.api.schemas import messages as message_shapes
from rookery.api.schemas import people as folk_shapes
from rookery.api.schemas.parts import FREE, TEXT, WHOLE, YES_NO, list_of, one_of, or_null, record, ref, sent
from rookery.api.table import ACCOUNT, Query, Route
from rookery.api.views import account, contacts, conversations, erasing, inbox_care, joining, messages, root

_CONVERSATION: Final = ACCOUNT + "/conversations/{conversation_id}"
_MESSAGE: Final = _CONVERSATION + "/messages/{message_id}"
_CONTACT: Final = ACCOUNT + "/contacts/{contact_id}"
_PAGE: Final = Query("page", WHOLE, "From 1.")
_ERASE: Final = "Erase it for good, for administrators; a long one goes within a minute"
_ERASING: Final = {401: "Only administrators.", 422: "A message of it is being sent."}
_INBOX: Final = ACCOUNT + "/inboxes/{inbox_id}"
_ADMINISTRATORS: Final = {401: "Administrators only."}
_UNREADABLE: Final = {422: "A parameter makes no sense."}

_FILTERS: Final = (
    Query("status", one_of("open", "resolved", "pending", "snoozed", "all"), "Default: open."),
    Query("assignee_type", one_of("me", "unassigned", "assigned", "all"), "Default: all."),
    _PAGE,
    Query("inbox_id", WHOLE, "Only this inbox."),
    Query("team_id", WHOLE, "Only this team."),
    Query("labels[]", list_of(TEXT), "Any of these."),
    Query(
        "q", TEXT, "Text in messages, or part of the contact's name or number; turns the status filter off."
    ),
    Query(
        "conversation_type",
        one_of("mention", "participating", "unattended"),
        "The first two are always empty.",
    ),
    Query(
        "sort_by",
        TEXT,
        "last_activity_at_, created_at_, priority_, waiting_since_, each with asc or desc. Default: last_activity_at_desc.",
    ),
    Query("updated_within", WHOLE, "Seconds; turns pages off, up to 1,000 rows."),
    Query("source_id", TEXT, "The contact's address: a JID, or a number."),
)
_CONTACT_LIST: Final = (
    _PAGE,
    Query(
        "sort",
        TEXT,
        "name, email, phone_number, last_activity_at, created_at, company, city, country; - in front descends.",
    ),
    Query("labels[]", list_of(TEXT), "Contacts have no labels yet: with any, nobody is found."),
    Query("include_contact_inboxes", one_of("true", "false"), "Default: true."),
)

_OPEN: Final = (
    Route(
        "GET", "/api", root.root, "Is it alive, and which Chatwoot's API is it part of",
        record(
            {
                "version": TEXT,
                "timestamp": TEXT,
                "queue_services": one_of("ok", "failing"),
                "data_services": one_of("ok", "failing"),
            },
            ours={"rookery_version": TEXT},
        ),
        is_open=True,
    ),
    Route(
        "GET", "/api/openapi.json", root.document, "This document", FREE, is_open=True, addition=True
    ),
    Route(
        "GET", "/files/{signed}/{name}", root.file, "A file by its signed link, as in data_url", None,
        query=(Query("thumb", one_of("1"), "The small picture."),),
        errors={404: "Not signed by us, deleted, or not there yet."},
        is_open=True, addition=True, media="application/octet-stream",
    ),
)  # fmt: skip

_PEOPLE: Final = (
    Route("GET", "/api/v1/profile", account.profile, "The token's owner", ref("Profile")),
    Route("GET", ACCOUNT, account.show, "The account", ref("Account")),
    Route("GET", ACCOUNT + "/inboxes", account.inboxes, "Inboxes", record({"payload": list_of(ref("Inbox"))})),
    Route("GET", ACCOUNT + "/inboxes/{inbox_id}", account.one_inbox, "One inbox", ref("Inbox")),
    Route(
        "GET", _INBOX + "/completeness", inbox_care.completeness, "How complete its history is",
        ref("Completeness"), addition=True,
    ),
    Route(
        "GET", _INBOX + "/chat_rules", inbox_care.rules, "Which chats it takes in", ref("ChatRules"), addition=True
    ),
    Route(
        "PUT", _INBOX + "/chat_rules", inbox_care.set_rules, "Set which chats it takes in", ref("ChatRules"),
        body=care_shapes.NEW_RULES, errors=_ADMINISTRATORS | {422: "A rule makes no sense."}, addition=True,
    ),
    Route("GET", ACCOUNT + "/agents", account.agents, "Agents", list_of(ref("Agent"))),
    Route("GET", ACCOUNT + "/teams", account.teams, "Teams", list_of(ref("Team"))),
    Route("GET", ACCOUNT + "/labels", account.labels, "Labels", record({"payload": list_of(ref("Label"))})),
    Route(
        "GET", ACCOUNT + "/canned_responses", account.canned_responses, "Canned responses",
        list_of(ref("CannedResponse")), query=(Query("search", TEXT, "Part of the short code or text."),),
    ),
)  # fmt: skip

_CONTACTS: Final = (
    Route(
        "GET", ACCOUNT + "/contacts", contacts.index, "Contacts", ref("ContactPage"),
        query=_CONTACT_LIST, errors=_UNREADABLE,
    ),
    Route(
        "GET", ACCOUNT + "/contacts/search", contacts.search, "Contacts by part of name, number, e-mail",
        ref("ContactPage"), query=(Query("q", TEXT, "Needed."), *_CONTACT_LIST), errors=_UNREADABLE,
    ),
    Route(
        "GET", _CONTACT, contacts.show, "One contact", record({"payload": ref("Contact")}),
        query=_CONTACT_LIST[-1:],
    ),
    *(
        Route(
            method, _CONTACT, contacts.update, "Change what is named; attribute hashes are merged",
            record({"payload": ref("Contact")}),
            body=sent(
                {},
                {
                    "name": TEXT, "email": or_null(TEXT), "identifier": or_null(TEXT), "blocked": YES_NO,
                    "custom_attributes": FREE, "additional_attributes": FREE,
                },
            ),
            errors={422: "A field makes no sense, or the identifier is taken."},
        )
        for method in ("PUT", "PATCH")
    ),
    Route(
        "POST", ACCOUNT + "/actions/contact_merge", joining.join, "Make two contacts one", ref("Contact"),
        body=sent({"base_contact_id": WHOLE, "mergee_contact_id": WHOLE}),
        errors={401: "Administrators only.", 422: "They cannot be one; `error` says why."},
    ),
    Route(
        "GET", ACCOUNT + "/contact_duplicates", joining.proposals, "Contacts that may be one person",
        record({"payload": list_of(ref("Proposal"))}), errors=_ADMINISTRATORS, addition=True,
    ),
    Route(
        "GET", _CONTACT + "/joinings", joining.joinings, "What was joined into a contact",
        record({"payload": list_of(ref("Joining"))}), addition=True,
    ),
    Route(
        "POST", ACCOUNT + "/joinings/{joining_id}/undo", joining.undo, "Two contacts again", ref("Joining"),
        errors=_ADMINISTRATORS | {422: "It was taken back already, or a later joining comes first."}, addition=True,
    ),
    Route("DELETE", _CONTACT, erasing.contact, _ERASE, None, errors=_ERASING),
    Route(
        "GET", _CONTACT + "/conversations", contacts.its_conversations, "A contact's newest 20 conversations",
        record({"payload": list_of(ref("Conversation"))}),
    ),
)  # fmt: skip

_CONVERSATIONS: Final = (
    Route(
        "GET", ACCOUNT + "/conversations", conversations.index, "Conversations",
        record({"data": record({"meta": ref("Counts"), "payload": list_of(ref("Conversation"))})}),
        query=_FILTERS, errors=_UNREADABLE,
    ),
    Route(
        "POST", ACCOUNT + "/conversations", conversations.create,
        "The contact's unresolved conversation in an inbox, made if there is none", ref("Conversation"),
        body=sent(
            {"inbox_id": WHOLE},
            {
                "contact_id": WHOLE, "source_id": TEXT, "status": talk_shapes.STATUS, "assignee_id": or_null(WHOLE),
                "team_id": or_null(WHOLE), "snoozed_until": WHOLE, "additional_attributes": FREE,
                "custom_attributes": FREE, "message": sent({"content": TEXT}),
            },
        ),
        errors={422: "A field makes no sense, or the contact has no address."},
    ),
    Route(
        "GET", ACCOUNT + "/conversations/meta", conversations.meta, "Counts of the same filter",
        record({"meta": ref("Counts")}), query=_FILTERS, errors=_UNREADABLE,
    ),
    Route("GET", _CONVERSATION, conversations.show, "One conversation", ref("Conversation")),
    Route("DELETE", _CONVERSATION, erasing.conversation, _ERASE, None, errors=_ERASING),
    Route(
        "POST", _CONVERSATION + "/toggle_status", conversations.toggle_status,
        "Set the status; without one, open becomes resolved and everything else open", talk_shapes.TOGGLED,
        body=sent({}, {"status": talk_shapes.STATUS, "snoozed_until": WHOLE}),
        errors={422: "Unknown status, or another conversation of this chat is unresolved."},
    ),
    Route(
        "POST", _CONVERSATION + "/assignments", conversations.assign, "Give it to an agent or a team; null or 0: to nobody",
        {"anyOf": [ref("Agent"), ref("Team"), {"type": "null"}]},
        body=sent({}, {"assignee_id": or_null(WHOLE), "team_id": or_null(WHOLE)}), errors=_UNREADABLE,
    ),
    Route(
        "POST", _CONVERSATION + "/update_last_seen", conversations.update_last_seen, "An agent has seen it",
        ref("Conversation"),
    ),
    Route(
        "POST", _CONVERSATION + "/unread", conversations.unread, "Unread again from the newest incoming message on",
        ref("Conversation"),
    ),
    Route(
        "GET", _CONVERSATION + "/labels", conversations.labels, "Its labels", record({"payload": list_of(TEXT)})
    ),
)  # fmt: skip

_MESSAGES: Final = (
    Route(
        "GET", _CONVERSATION + "/messages", messages.index, "Messages in the order of WhatsApp's time",
        ref("MessagePage"),
        query=(
            Query("before", WHOLE, "The 20 above this message's place."),
            Query("after", WHOLE, "The 100 that follow by id. With before: after <= id < before, up to 1,000."),
            Query("filter_internal_messages", YES_NO, "Without notes and activity."),
        ),
        errors=_UNREADABLE,
    ),
    Route(
        "POST", _CONVERSATION + "/messages", messages.create, "Send a message, or write a private note", ref("Message"),
        query=(Query("Idempotency-Key", TEXT, "The same one again sends nothing twice.", "header", addition=True),),
        body=message_shapes.NEW_MESSAGE, form=message_shapes.NEW_MESSAGE_FORM,
        errors={413: "Too large.", 422: "It cannot be sent; `error` says why."},
    ),
    Route(
        "PATCH", _MESSAGE, messages.set_status, "Refused: WhatsApp says how far a message came", None,
        errors={403: "Always."},
    ),
    Route(
        "DELETE", _MESSAGE, messages.cancel, "Take back a message that has not left yet", ref("Message"),
        errors={422: "It has left."},
    ),
    Route(
        "POST", _MESSAGE + "/retry", messages.retry, "Send again what failed, is uncertain or was cancelled",
        ref("Message"), errors={422: "It is on its way."},
    ),
)  # fmt: skip

ROUTES: Final[tuple[Route, ...]] = _OPEN + _PEOPLE + _CONTACTS + _CONVERSATIONS + _MESSAGES
SHAPES: Final = (
    folk_shapes.SHAPES
    | contact_shapes.SHAPES
    | care_shapes.SHAPES
    | talk_shapes.SHAPES
    | message_shapes.SHAPES
)
