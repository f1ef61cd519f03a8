"""The contract's shapes, key by key, with the types of their values."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings

from rookery.accounts.models import Team, TeamMember
from rookery.channels import states
from rookery.conversations.models import Attachment, Conversation, Label, Message, Reaction
from tests.api import rows
from tests.api.caller import Caller
from tests.cast import Cast

NOON = rows.NOON
OURS_MESSAGE = {"delivery_state", "client_ref", "additional_attributes"}
MESSAGE = {
    "id", "content", "inbox_id", "conversation_id", "message_type", "content_type", "status", "content_attributes",
    "created_at", "private", "source_id",
}  # fmt: skip
PUSHED = MESSAGE | {
    "account_id", "updated_at", "sender_type", "sender_id", "external_source_ids", "additional_attributes",
    "processed_message_content", "sentiment", "conversation",
}  # fmt: skip
ATTACHMENT = {
    "id", "message_id", "file_type", "account_id", "extension", "data_url", "thumb_url", "file_size", "width", "height",
}  # fmt: skip
CONVERSATION = {
    "meta", "id", "messages", "account_id", "uuid", "inbox_id", "additional_attributes", "custom_attributes", "labels",
    "status", "priority", "muted", "can_reply", "snoozed_until", "unread_count", "agent_last_seen_at",
    "assignee_last_seen_at", "contact_last_seen_at", "created_at", "updated_at", "timestamp", "last_activity_at",
    "first_reply_created_at", "waiting_since", "last_non_activity_message", "sla_policy_id",
}  # fmt: skip
INBOX = {
    "id", "avatar_url", "channel_id", "name", "channel_type", "greeting_enabled", "greeting_message",
    "working_hours_enabled", "enable_email_collect", "csat_survey_enabled", "csat_config", "enable_auto_assignment",
    "auto_assignment_config", "out_of_office_message", "working_hours", "timezone", "callback_webhook_url",
    "allow_messages_after_resolved", "lock_to_single_conversation", "sender_name_type", "business_name",
    "allowed_domains", "widget_color", "website_url", "hmac_mandatory", "welcome_title", "welcome_tagline",
    "web_widget_script", "website_token", "selected_feature_flags", "reply_time", "messaging_service_sid",
    "phone_number", "provider", "message_templates", "reauthorization_required",
}  # fmt: skip
PROFILE = {
    "access_token", "account_id", "available_name", "avatar_url", "confirmed", "display_name", "message_signature",
    "email", "id", "inviter_id", "name", "provider", "pubsub_token", "custom_attributes", "role", "ui_settings", "uid",
    "type", "accounts",
}  # fmt: skip


def only_message(api: Caller, conversation: Conversation) -> dict[str, Any]:
    (found,) = api.get(f"conversations/{conversation.display_id}/messages")["payload"]
    assert isinstance(found, dict)
    return found


def out(conversation: Conversation, state: str, **more: Any) -> Message:
    Message.objects.all().delete()
    return rows.message(conversation, direction="out", state=state, via="api", **more)


def test_contact_has_every_key(api: Caller, conversation: Conversation) -> None:
    person = conversation.contact
    found = api.get(f"contacts/{person.pk}")["payload"]
    assert found == {
        "additional_attributes": {},
        "availability_status": "offline",
        "email": None,
        "id": person.pk,
        "name": "Bia",
        "phone_number": "+5521987650000",
        "blocked": False,
        "identifier": None,
        "thumbnail": "",
        "custom_attributes": {},
        "created_at": NOON,
        "kind": "person",
        "contact_inboxes": [
            {
                "source_id": "5521987650000@s.whatsapp.net",
                "inbox": {
                    "id": conversation.inbox_id,
                    "avatar_url": "",
                    "channel_id": conversation.inbox.channel_id,
                    "name": "Café Rookery",
                    "channel_type": "Channel::Whatsapp",
                    "provider": "whatsapp_web",
                },
            }
        ],
    }


def test_contact_says_when_it_was_active_only_when_it_was(api: Caller, conversation: Conversation) -> None:
    person = conversation.contact
    person.last_activity_at = NOON
    person.save()
    assert api.get(f"contacts/{person.pk}")["payload"]["last_activity_at"] == NOON


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": "", "push_name": "bia!"}, "bia!"),
        ({"name": "", "push_name": ""}, "+5521987650000"),
        ({"name": "", "phone": ""}, "Unknown number"),
        ({"name": "", "phone": "", "kind": "group"}, "Group"),
    ],
)
def test_contact_has_a_name_when_nobody_typed_one(
    api: Caller, conversation: Conversation, fields: dict[str, str], name: str
) -> None:
    for field, value in fields.items():
        setattr(conversation.contact, field, value)
    conversation.contact.save()
    assert api.get(f"contacts/{conversation.contact_id}")["payload"]["name"] == name


def test_conversation_has_every_key_and_type(api: Caller, cast: Cast, conversation: Conversation) -> None:
    found = api.get(f"conversations/{conversation.display_id}")
    assert found.keys() == CONVERSATION
    assert found["id"] == conversation.display_id
    assert found["uuid"] == str(conversation.uuid)
    assert isinstance(found["updated_at"], float)
    whole = {"timestamp", "last_activity_at", "created_at", "agent_last_seen_at", "contact_last_seen_at",
             "assignee_last_seen_at", "first_reply_created_at", "waiting_since", "unread_count"}  # fmt: skip
    assert {name for name in whole if type(found[name]) is not int} == set()
    assert (found["timestamp"], found["created_at"], found["waiting_since"]) == (NOON, NOON, 0)
    assert (found["can_reply"], found["muted"], found["priority"], found["sla_policy_id"]) == (
        True,
        False,
        None,
        None,
    )
    assert found["meta"].keys() == {"sender", "channel", "hmac_verified"}
    assert found["meta"]["channel"] == "Channel::Whatsapp"
    assert found["messages"] == [found["last_non_activity_message"]]


def test_conversation_names_assignee_team_and_labels_when_it_has_them(
    api: Caller, cast: Cast, conversation: Conversation
) -> None:
    team = Team.objects.create(account=cast.account, name="sales")
    TeamMember.objects.create(team=team, user=cast.admin)
    for title in ("vip", "new"):
        conversation.labels.add(Label.objects.create(account=cast.account, title=title))
    Conversation.objects.update(
        assignee=cast.agent, team=team, priority="high", snoozed_until=NOON, unread_count=99
    )
    found = api.get(f"conversations/{conversation.display_id}")
    assert found["meta"]["assignee"] == {
        "id": cast.agent.pk,
        "account_id": cast.account.pk,
        "availability_status": "online",
        "auto_offline": True,
        "confirmed": True,
        "email": "agent@example.com",
        "available_name": "Agent",
        "custom_attributes": {},
        "name": "Agent",
        "role": "agent",
        "thumbnail": "",
        "custom_role_id": None,
    }
    assert found["meta"]["team"] == {
        "id": team.pk,
        "name": "sales",
        "description": "",
        "allow_auto_assign": True,
        "account_id": cast.account.pk,
        "is_member": True,
    }
    assert (found["labels"], found["priority"], found["unread_count"]) == (["new", "vip"], "high", 10)
    assert found["snoozed_until"] == "2026-03-04T12:00:00.000Z"


def test_conversation_has_no_message_when_nobody_wrote(api: Caller, cast: Cast) -> None:
    found = api.get(f"conversations/{rows.chat(cast).display_id}")
    assert (found["messages"], found["last_non_activity_message"]) == ([], None)


def test_pushed_message_has_every_column(api: Caller, conversation: Conversation) -> None:
    found = api.get(f"conversations/{conversation.display_id}")["messages"][0]
    row = Message.objects.get()
    assert found.keys() == PUSHED | OURS_MESSAGE | {"sender"}
    assert found["updated_at"] == "2026-03-04T12:00:00.000Z"
    assert (found["sender_type"], found["sender_id"]) == ("Contact", conversation.contact_id)
    assert found["conversation"] == {
        "assignee_id": None,
        "unread_count": 0,
        "last_activity_at": NOON,
        "contact_inbox": {"source_id": "5521987650000@s.whatsapp.net"},
    }
    assert (found["id"], found["processed_message_content"], found["sentiment"]) == (row.pk, "hello", {})


def test_incoming_message_has_every_key(api: Caller, conversation: Conversation) -> None:
    found = only_message(api, conversation)
    row = Message.objects.get()
    assert found.keys() == MESSAGE | OURS_MESSAGE | {"sender"}
    assert {name: found[name] for name in MESSAGE} == {
        "id": row.pk,
        "content": "hello",
        "inbox_id": conversation.inbox_id,
        "conversation_id": conversation.display_id,
        "message_type": 0,
        "content_type": "text",
        "status": "sent",
        "content_attributes": {},
        "created_at": NOON,
        "private": False,
        "source_id": row.source_id,
    }
    assert found["sender"] == {
        "additional_attributes": {},
        "custom_attributes": {},
        "email": None,
        "id": conversation.contact_id,
        "identifier": None,
        "name": "Bia",
        "phone_number": "+5521987650000",
        "thumbnail": "",
        "blocked": False,
        "type": "contact",
    }
    assert (found["delivery_state"], found["client_ref"]) == ("received", str(row.client_ref))


def test_message_of_a_colleague_names_the_user(api: Caller, cast: Cast, conversation: Conversation) -> None:
    out(conversation, "sent", user=cast.agent)
    assert only_message(api, conversation)["sender"] == {
        "id": cast.agent.pk,
        "name": "Agent",
        "available_name": "Agent",
        "avatar_url": "",
        "type": "user",
        "availability_status": "online",
        "thumbnail": "",
    }


def test_message_has_no_sender_when_it_was_typed_on_the_phone(
    api: Caller, conversation: Conversation
) -> None:
    out(conversation, "sent")
    assert "sender" not in only_message(api, conversation)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("pending", "sent"), ("sending", "sent"), ("scheduled", "sent"), ("sent", "sent"), ("uncertain", "sent"),
        ("stale", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read"), ("failed", "failed"),
        ("cancelled", "failed"),
    ],
)  # fmt: skip
def test_status_is_the_nearest_word_and_the_truth_stands_beside_it(
    api: Caller, conversation: Conversation, state: str, status: str
) -> None:
    out(conversation, state)
    found = only_message(api, conversation)
    assert (found["status"], found["delivery_state"], found["message_type"]) == (status, state, 1)
    assert ("external_error" in found["content_attributes"]) is (status == "failed")


def test_failure_is_said_in_words_when_a_message_did_not_go(api: Caller, conversation: Conversation) -> None:
    out(conversation, "failed", failure_code="refused_by_whatsapp", failure_params={"number": 463})
    found = only_message(api, conversation)["content_attributes"]["external_error"]
    assert found == "WhatsApp refused the message (error 463)."


def test_quote_is_named_by_our_id_and_by_whatsapps(api: Caller, conversation: Conversation) -> None:
    quoted = Message.objects.get()
    reply = rows.message(conversation, "yes", NOON + 1, quoted_source_id=quoted.source_id)
    found = api.get(f"conversations/{conversation.display_id}/messages")["payload"][1]
    assert found["id"] == reply.pk
    assert found["content_attributes"] == {
        "in_reply_to": quoted.pk,
        "in_reply_to_external_id": quoted.source_id,
    }


def test_message_says_what_became_of_it(api: Caller, conversation: Conversation) -> None:
    Message.objects.update(unsupported="poll", content="")
    found = only_message(api, conversation)
    assert found["content_attributes"] == {"is_unsupported": True}
    assert found["content"] is None


def test_deleted_message_tells_nothing_of_what_it_said(api: Caller, conversation: Conversation) -> None:
    message = Message.objects.get()
    rows.file(message)
    Message.objects.update(
        revoked_at=NOON, content="secret", quoted_text="secret", quoted_source_id="secret", kind="location",
        details={"lat": 1.0, "lon": 2.0, "name": "secret", "referral": {"ad_title": "secret"}},
    )  # fmt: skip
    found = only_message(api, conversation)
    assert found["content_attributes"] == {"deleted": True}
    assert found["content"] == "This message was deleted"
    assert "attachments" not in found
    assert "secret" not in repr(api.get(f"conversations/{conversation.display_id}"))


def test_place_is_an_attachment_with_a_map(api: Caller, conversation: Conversation) -> None:
    place = {"lat": -22.9519, "lon": -43.2105, "name": "Cristo Redentor", "thumbnail": "/9j/4AAQ"}
    Message.objects.update(kind="location", content="", details=place)
    found = only_message(api, conversation)
    assert found["attachments"] == [
        {
            "id": -found["id"] * 100,
            "message_id": found["id"],
            "file_type": "location",
            "account_id": conversation.account_id,
            "coordinates_lat": -22.9519,
            "coordinates_long": -43.2105,
            "fallback_title": "Cristo Redentor",
            "data_url": "https://www.openstreetmap.org/?mlat=-22.951900&mlon=-43.210500#map=16/-22.951900/-43.210500",
        }
    ]
    assert found["content_attributes"] == {"kind": "location"}


@pytest.mark.parametrize("place", [{"lat": 91, "lon": 0}, {"lat": "1", "lon": 2}, {"lon": 2}, {}])
def test_place_without_coordinates_is_no_attachment(
    api: Caller, conversation: Conversation, place: dict[str, Any]
) -> None:
    Message.objects.update(kind="live_location", content="", details=place)
    assert "attachments" not in only_message(api, conversation)


def test_contact_cards_are_attachments(api: Caller, conversation: Conversation) -> None:
    cards = [{"name": "Zé da Silva", "phones": ["+55 31 98888-0000", "2"]}, {"name": "Ana"}, "junk"]
    Message.objects.update(kind="contact", content="", details={"cards": cards})
    found = only_message(api, conversation)["attachments"]
    assert [(one["file_type"], one["fallback_title"], one["meta"]) for one in found] == [
        ("contact", "+55 31 98888-0000", {"firstName": "Zé", "lastName": "da Silva"}),
        ("contact", "", {"firstName": "Ana", "lastName": ""}),
    ]
    assert len({one["id"] for one in found}) == 2


def test_attributes_tell_of_what_happened_to_a_message(api: Caller, conversation: Conversation) -> None:
    message = Message.objects.get()
    bia = conversation.contact
    Reaction.objects.create(message=message, contact=bia, emoji="👍", at=NOON)
    Reaction.objects.create(message=message, contact=None, emoji="", at=NOON)
    Message.objects.update(
        forwarded=True, view_once=True, edited_at=NOON, hidden_at=NOON + 1,
        details={"answer": True, "referral": {"ad_title": "Beans"}},
    )  # fmt: skip
    assert only_message(api, conversation)["content_attributes"] == {
        "forwarded": True,
        "view_once": True,
        "edited_at": NOON,
        "hidden_at": NOON + 1,
        "is_answer": True,
        "referral": {"ad_title": "Beans"},
        "reactions": [{"emoji": "👍", "contact_id": bia.pk, "name": "Bia", "at": NOON}],
    }


def test_order_and_group_lines_bring_their_details(api: Caller, conversation: Conversation) -> None:
    order = {"title": "Order", "items": 2, "amount": "89.90", "currency": "BRL", "thumbnail": "/9j/4AAQ"}
    Message.objects.update(kind="order", content="", details=order)
    found = only_message(api, conversation)["content_attributes"]
    assert found == {"kind": "order", "details": {key: order[key] for key in order if key != "thumbnail"}}
    joined = {"change": "join", "people": [conversation.contact_id, 10**15, "x"]}
    Message.objects.update(kind="group_change", direction="activity", details=joined)
    line = only_message(api, conversation)
    assert (line["message_type"], line["content"]) == (2, "Bia joined")


def test_picture_has_every_key(api: Caller, conversation: Conversation) -> None:
    row = rows.file(Message.objects.get())
    (found,) = only_message(api, conversation)["attachments"]
    assert found.keys() == ATTACHMENT | {"state", "file_name"}
    link = found["data_url"]
    assert link.startswith(settings.BASE_URL + "/files/")
    assert link.endswith("/photo.jpg")
    assert {name: value for name, value in found.items() if name not in ("data_url", "thumb_url")} == {
        "id": row.pk,
        "message_id": row.message_id,
        "file_type": "image",
        "account_id": row.account_id,
        "extension": "jpg",
        "file_size": 20480,
        "width": 640,
        "height": 480,
        "state": "stored",
        "file_name": "photo.jpg",
    }
    assert found["thumb_url"] == link + "?thumb=1"
    assert only_message(api, conversation)["attachments"][0]["data_url"] == link


@pytest.mark.parametrize(
    ("kind", "type", "family"),
    [
        ("image", "image/png", "image"), ("sticker", "image/webp", "image"), ("voice", "audio/ogg", "audio"),
        ("audio", "audio/mpeg", "audio"), ("video_note", "video/mp4", "video"), ("video", "video/3gpp", "file"),
        ("image", "image/heic", "file"), ("image", "text/html", "file"), ("document", "image/png", "file"),
        ("document", "application/pdf", "file"),
    ],
)  # fmt: skip
def test_file_type_is_what_the_bytes_are(
    api: Caller, conversation: Conversation, kind: str, type: str, family: str
) -> None:
    rows.file(Message.objects.get(), kind, type)
    (found,) = only_message(api, conversation)["attachments"]
    assert found["file_type"] == family
    assert found.get("transcribed_text") == ("" if family == "audio" else None)
    assert bool(found["thumb_url"]) is (family == "image")


@pytest.mark.parametrize("state", ["wanted", "fetching", "failed", "gone"])
def test_file_has_no_link_while_it_is_not_there(api: Caller, conversation: Conversation, state: str) -> None:
    message = Message.objects.get()
    Attachment.objects.create(account=message.account, message=message, kind="image", state=state)
    (found,) = only_message(api, conversation)["attachments"]
    assert (found["data_url"], found["thumb_url"], found["file_size"], found["state"]) == ("", "", 0, state)


def test_inbox_has_every_key_and_shows_no_secret(api: Caller, cast: Cast) -> None:
    found = api.get(f"inboxes/{cast.inbox.pk}")
    assert found.keys() == INBOX | {"connection_state", "provider_config"}
    assert (found["channel_type"], found["provider"]) == ("Channel::Whatsapp", "whatsapp_web")
    assert found["phone_number"] == "+15550000001"
    assert found["callback_webhook_url"] == settings.BASE_URL + "/webhooks/whatsapp/+15550000001"
    assert found["provider_config"] == {
        "api_base_url": "http://127.0.0.1:3000",
        "basic_auth_username": "set",
        "basic_auth_password": "set",
        "webhook_verify_token": "set",
        "device_id": "demo",
    }
    assert [day["day_of_week"] for day in found["working_hours"]] == list(range(7))
    assert api.get("inboxes") == {"payload": [found]}


def test_inbox_hides_its_configuration_when_an_agent_looks(agent: Caller, cast: Cast) -> None:
    assert agent.get(f"inboxes/{cast.inbox.pk}").keys() == INBOX | {"connection_state"}


@pytest.mark.parametrize(
    ("state", "again"), [("connected", False), ("lost", False), ("logged_out", True), ("banned", True)]
)
def test_inbox_asks_to_link_again_when_its_number_was_logged_out(
    api: Caller, cast: Cast, state: str, again: bool
) -> None:
    states.do_note_state(cast.channel, "connected" if state == "lost" else "lost")
    states.do_note_state(cast.channel, state)
    found = api.get(f"inboxes/{cast.inbox.pk}")
    assert (found["reauthorization_required"], found["connection_state"]) == (again, state)


@pytest.mark.parametrize(("habit", "lock"), [("one_thread", True), ("reopen", False), ("new", False)])
def test_inbox_is_locked_to_one_conversation_when_it_has_one_thread(
    api: Caller, cast: Cast, habit: str, lock: bool
) -> None:
    cast.inbox.after_resolved = habit
    cast.inbox.save()
    assert api.get(f"inboxes/{cast.inbox.pk}")["lock_to_single_conversation"] is lock


def test_profile_has_every_key_and_repeats_the_token(agent: Caller, cast: Cast) -> None:
    found = agent.get("/api/v1/profile")
    assert found.keys() == PROFILE
    assert (found["access_token"], found["account_id"], found["role"]) == (
        agent.token,
        cast.account.pk,
        "agent",
    )
    assert found["accounts"] == [
        {
            "id": cast.account.pk,
            "name": "Café Rookery",
            "status": "active",
            "active_at": None,
            "role": "agent",
            "permissions": ["agent"],
            "availability": "online",
            "availability_status": "online",
            "auto_offline": True,
        }
    ]
