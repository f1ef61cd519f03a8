"""Messages and attachments."""

from __future__ import annotations

from typing import Final

from rookery.api.schemas.parts import (
    ADDITION,
    FRACTION,
    FREE,
    MOMENT,
    TEXT,
    UUID,
    WHOLE,
    YES_NO,
    list_of,
    one_of,
    or_null,
    record,
    ref,
)
from rookery.api.table import Schema

_HEAD: Final[dict[str, Schema]] = {"id": WHOLE, "message_id": WHOLE, "account_id": WHOLE}
ATTACHMENT: Final = record(
    {
        **_HEAD,
        "file_type": one_of("image", "audio", "video", "file"),
        "extension": or_null(TEXT),
        "data_url": TEXT,
        "thumb_url": TEXT,
        "file_size": WHOLE,
        "width": or_null(WHOLE),
        "height": or_null(WHOLE),
    },
    maybe={"transcribed_text": TEXT},
    ours={
        "state": one_of(
            "wanted", "fetching", "stored", "failed", "gone", "uploaded", "converting", "ready", "refused"
        ),
        "file_name": TEXT,
    },
)
PLACE: Final = record(
    {
        **_HEAD,
        "file_type": one_of("location"),
        "coordinates_lat": FRACTION,
        "coordinates_long": FRACTION,
        "fallback_title": TEXT,
        "data_url": {**TEXT, "description": "A map."},
    }
)
CARD: Final = record(
    {
        **_HEAD,
        "file_type": one_of("contact"),
        "fallback_title": {**TEXT, "description": "The first number on the card, as it is written there."},
        "meta": record({"firstName": TEXT, "lastName": TEXT}),
    }
)
_ANY_ATTACHMENT: Final[Schema] = {
    "anyOf": [ref("Attachment"), ref("PlaceAttachment"), ref("ContactAttachment")],
    "description": "Places and cards have no file and no row: their ids are negative.",
}
_REACTION: Final = record({"emoji": TEXT, "contact_id": or_null(WHOLE), "name": or_null(TEXT), "at": WHOLE})
_MORE: Final[dict[str, Schema]] = {
    "kind": {
        **TEXT,
        "description": "Of a message that is neither text nor file: location, contact, list, order, call ...",
    },
    "details": {**FREE, "description": "What a list, order, call or change of a group says."},
    "referral": {**FREE, "description": "The advertisement that led to it, as WhatsApp names its parts."},
    "reactions": {
        **list_of(_REACTION),
        "description": "Those that stand; contact_id is null for our own number.",
    },
    "edited_at": {**WHOLE, "description": "`content` is the newest version since then."},
    "hidden_at": {**WHOLE, "description": "Deleted on our own phone alone; the other side still has it."},
    "forwarded": YES_NO,
    "view_once": YES_NO,
    "is_answer": {**YES_NO, "description": "Chosen from buttons or a list."},
}
CONTENT_ATTRIBUTES: Final[Schema] = {
    "type": "object",
    "properties": {
        "in_reply_to": WHOLE,
        "in_reply_to_external_id": TEXT,
        "external_error": TEXT,
        "deleted": {**YES_NO, "description": "Deleted for everyone; what it said is not told."},
        "is_unsupported": YES_NO,
        **{name: {**schema, ADDITION: True} for name, schema in _MORE.items()},
    },
    "additionalProperties": False,
}
_SENDER: Final = {"anyOf": [ref("ContactSender"), ref("UserSender")]}
_COLUMNS: Final[dict[str, Schema]] = {
    "id": WHOLE,
    "content": or_null(TEXT),
    "inbox_id": WHOLE,
    "conversation_id": {**WHOLE, "description": "The conversation's display id, as in paths."},
    "message_type": {**one_of(0, 1, 2), "description": "0 incoming, 1 outgoing, 2 activity."},
    "content_type": one_of("text"),
    "status": one_of("sent", "delivered", "read", "failed"),
    "content_attributes": CONTENT_ATTRIBUTES,
    "created_at": {**WHOLE, "description": "WhatsApp's time of the message."},
    "private": YES_NO,
    "source_id": or_null(TEXT),
}
_OURS: Final[dict[str, Schema]] = {
    "delivery_state": {
        **one_of(
            "received", "scheduled", "pending", "sending", "sent", "delivered", "read", "played", "failed",
            "uncertain", "stale", "cancelled",
        ),
        "description": "What is really known; `status` is the nearest word Chatwoot has.",
    },
    "client_ref": UUID,
}  # fmt: skip
_BATCH: Final = {**FREE, "description": "Messages made of one post share `batch`."}
_MAYBE: Final[dict[str, Schema]] = {"sender": _SENDER, "attachments": list_of(_ANY_ATTACHMENT)}

MESSAGE: Final = record(
    _COLUMNS,
    maybe={**_MAYBE, "echo_id": {**TEXT, "description": "Only in the reply to the create that sent it."}},
    ours={**_OURS, "additional_attributes": _BATCH},
)
PUSHED: Final = record(
    {
        **_COLUMNS,
        "account_id": WHOLE,
        "updated_at": MOMENT,
        "sender_type": or_null(one_of("Contact", "User")),
        "sender_id": or_null(WHOLE),
        "external_source_ids": FREE,
        "additional_attributes": _BATCH,
        "processed_message_content": or_null(TEXT),
        "sentiment": FREE,
        "conversation": record(
            {
                "assignee_id": or_null(WHOLE),
                "unread_count": WHOLE,
                "last_activity_at": WHOLE,
                "contact_inbox": record({"source_id": TEXT}),
            }
        ),
    },
    maybe=_MAYBE,
    ours=_OURS,
)
MESSAGE_PAGE: Final = record(
    {
        "meta": record(
            {
                "labels": list_of(TEXT),
                "additional_attributes": FREE,
                "contact": ref("ContactSender"),
                "agent_last_seen_at": or_null(MOMENT),
                "assignee_last_seen_at": or_null(MOMENT),
            },
            maybe={"assignee": ref("UserSender")},
        ),
        "payload": list_of(ref("Message")),
    }
)
_POSTED: Final[dict[str, Schema]] = {
    "content": TEXT,
    "message_type": one_of("outgoing"),
    "private": YES_NO,
    "echo_id": TEXT,
    "content_type": one_of("text"),
}
_REF: Final[dict[str, Schema]] = {
    "client_ref": {**UUID, "description": "The same one again answers the first call's message."}
}
_REPLY: Final[Schema] = {"type": "object", "properties": {"in_reply_to": WHOLE}}
NEW_MESSAGE: Final[Schema] = {
    "type": "object",
    "properties": {
        **_POSTED,
        "content_attributes": _REPLY,
        "client_ref": {**_REF["client_ref"], ADDITION: True},
    },
}
NEW_MESSAGE_FORM: Final[Schema] = {
    "type": "object",
    "properties": {
        **_POSTED,
        "content_attributes": {**TEXT, "description": "The object as JSON."},
        "attachments[]": list_of({"type": "string", "format": "binary"}),
        "client_ref": {**_REF["client_ref"], ADDITION: True},
    },
}

SHAPES: Final[dict[str, Schema]] = {
    "Attachment": ATTACHMENT,
    "PlaceAttachment": PLACE,
    "ContactAttachment": CARD,
    "Message": MESSAGE,
    "PushedMessage": PUSHED,
    "MessagePage": MESSAGE_PAGE,
}
