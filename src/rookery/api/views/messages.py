"""Messages (contract 4.4, 4.5, 7.4)."""

from __future__ import annotations

import uuid
from typing import Any, Final, NoReturn

from rookery.api import errors
from rookery.api.calls import Call
from rookery.api.fields import Fields
from rookery.api.reading import messages as reading
from rookery.api.shapes import contacts, conversations, messages, moments, people
from rookery.conversations import access
from rookery.conversations.actions import outgoing
from rookery.conversations.errors import Refused
from rookery.conversations.models import Conversation, Message
from rookery.media import uploads

LONGEST_KEY: Final = 255
_KEYS: Final = uuid.UUID("6f1a0c52-0f1d-4f0c-9a4e-7a5d3a1b9f10")
"""Names what an Idempotency-Key becomes: a client_ref of its caller alone."""


def index(call: Call, conversation_id: int) -> dict[str, Any]:
    found = access.conversation(call.viewer, conversation_id)
    before, after = call.query.number("before"), call.query.number("after")
    public = call.query.flag("filter_internal_messages")
    rows = reading.page(found, before=before, after=after, public=public)
    return {"meta": _meta(call, found), "payload": [messages.message(call.scene, row) for row in rows]}


def create(call: Call, conversation_id: int) -> dict[str, Any]:
    """The first of the messages it makes: n files are n messages, which share `additional_attributes.batch`."""
    found, body = access.conversation(call.viewer, conversation_id), call.body
    _check_kind(body)
    private = body.flag("private")
    posted = outgoing.do_post_message(
        found,
        user=call.user,
        text=body.text("content").replace("\r\n", "\n"),
        reply_to=_quoted(call, found, private=private),
        client_ref=_client_ref(call),
        files=_stored(call, found, private=private),
        via="api",
        private=private,
    )
    shape = messages.message(call.scene, reading.one(posted[0]))
    return shape | {"echo_id": body.text("echo_id")} if body.raw("echo_id") is not None else shape


def retry(call: Call, conversation_id: int, message_id: int) -> dict[str, Any]:
    """It goes again, at the end of its chat; its quote is kept."""
    found = outgoing.do_retry(_own(call, conversation_id, message_id), call.user)
    return messages.message(call.scene, reading.one(found))


def cancel(call: Call, conversation_id: int, message_id: int) -> dict[str, Any]:
    """Take back what has not left yet; what has left stays on the phone, and so here."""
    found = outgoing.do_cancel(_own(call, conversation_id, message_id), call.user)
    return messages.message(call.scene, reading.one(found))


def set_status(call: Call, conversation_id: int, message_id: int) -> NoReturn:
    """WhatsApp says how far a message came, nobody else."""
    _own(call, conversation_id, message_id)
    raise errors.forbidden("Message status update is only allowed for API inboxes")


def _own(call: Call, conversation_id: int, message_id: int) -> Message:
    """A message of this very conversation. Raises Http404."""
    conversation = access.conversation(call.viewer, conversation_id)
    found = access.message(call.viewer, message_id)
    if found.conversation_id != conversation.pk:
        raise errors.not_found()
    return found


def _meta(call: Call, found: Conversation) -> dict[str, Any]:
    """Times are ISO here and whole seconds elsewhere: so it is in Chatwoot."""
    meta: dict[str, Any] = {
        "labels": conversations.labels(found),
        "additional_attributes": found.additional_attributes,
        "contact": contacts.contact_push(found.contact),
        "agent_last_seen_at": moments.iso_seconds(found.agent_last_seen_at),
        "assignee_last_seen_at": moments.iso_seconds(found.assignee_last_seen_at),
    }
    if found.assignee is not None:
        meta["assignee"] = people.user_push(call.scene, found.assignee)
    return meta


def _check_kind(body: Fields) -> None:
    kind = body.text("message_type") or "outgoing"
    if kind == "incoming":
        raise errors.unreadable("Incoming messages are only allowed in Api inboxes")
    if kind != "outgoing":
        raise errors.unreadable("message_type must be outgoing")
    if (body.text("content_type") or "text") != "text":
        raise errors.unreadable("content_type must be text")
    if body.raw("template_params") is not None:
        raise errors.unreadable("Templates need WhatsApp's Business API")


def _quoted(call: Call, conversation: Conversation, *, private: bool) -> Message | None:
    """The message to reply to: one of the same chat, and no note unless the reply is one, for customers see quotes."""
    wanted = Fields(call.body.record("content_attributes")).number("in_reply_to")
    if wanted is None:
        return None
    rows = Message.objects.filter(
        pk=wanted, account_id=call.viewer.account.pk, contact_inbox_id=conversation.contact_inbox_id
    )
    found = rows.first() if private else rows.filter(private=False).first()
    if found is None:
        raise errors.unreadable("in_reply_to is no message of this chat")
    return found


def _client_ref(call: Call) -> uuid.UUID | None:
    """`client_ref`, else what the Idempotency-Key becomes; the same key of somebody else is another one."""
    ref = call.body.uuid("client_ref")
    key = call.request.headers.get("Idempotency-Key", "").strip()
    if ref is not None or not key:
        return ref
    if len(key) > LONGEST_KEY:
        raise errors.unreadable(f"Idempotency-Key is too long (maximum is {LONGEST_KEY} characters)")
    return uuid.uuid5(_KEYS, f"{call.viewer.account.pk}:{call.user.pk}:{key}")


def _stored(call: Call, conversation: Conversation, *, private: bool) -> list[outgoing.Upload]:
    """Store what was uploaded. Raises MediaError, Refused."""
    files = [file for name in ("attachments[]", "attachments") for file in call.files.getlist(name)]
    if call.body.texts("attachments"):
        raise errors.unreadable("Send attachments[] as files in multipart/form-data")
    if not files:
        return []
    # What is refused anyway is refused before anything is stored.
    outgoing.check_post_message(conversation, text="-", private=private)
    if len(files) > outgoing.MAX_FILES:
        raise Refused("too_many_files", "attachments", limit=outgoing.MAX_FILES)
    stored = [uploads.accept(conversation.account, file) for file in files]
    return [outgoing.Upload(upload.blob, upload.name, upload.kind) for upload in stored]
