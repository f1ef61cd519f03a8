"""Contacts and inboxes."""

from __future__ import annotations

from typing import Final

from rookery.api.schemas.parts import (
    FREE,
    NOTHING,
    TEXT,
    WHOLE,
    YES_NO,
    list_of,
    one_of,
    or_null,
    record,
    ref,
)
from rookery.api.table import Schema

INBOX_SLIM: Final[dict[str, Schema]] = {
    "id": WHOLE,
    "avatar_url": TEXT,
    "channel_id": or_null(WHOLE),
    "name": TEXT,
    "channel_type": one_of("Channel::Whatsapp"),
    "provider": one_of("whatsapp_web"),
}
_PLACE: Final = record({"source_id": TEXT, "inbox": record(INBOX_SLIM)})

CONTACT: Final = record(
    {
        "additional_attributes": FREE,
        "availability_status": one_of("online", "offline"),
        "email": or_null(TEXT),
        "id": WHOLE,
        "name": TEXT,
        "phone_number": or_null({"type": "string", "pattern": r"^\+[1-9]\d{1,14}$"}),
        "blocked": YES_NO,
        "identifier": or_null(TEXT),
        "thumbnail": TEXT,
        "custom_attributes": FREE,
        "created_at": WHOLE,
    },
    maybe={"last_activity_at": WHOLE, "contact_inboxes": list_of(_PLACE)},
    ours={"kind": one_of("person", "group")},
)
CONTACT_SENDER: Final = record(
    {
        "additional_attributes": FREE,
        "custom_attributes": FREE,
        "email": or_null(TEXT),
        "id": WHOLE,
        "identifier": or_null(TEXT),
        "name": TEXT,
        "phone_number": or_null(TEXT),
        "thumbnail": TEXT,
        "blocked": YES_NO,
        "type": one_of("contact"),
    }
)
_DAY: Final = record(
    {
        "day_of_week": one_of(0, 1, 2, 3, 4, 5, 6),
        "closed_all_day": YES_NO,
        "open_hour": WHOLE,
        "open_minutes": WHOLE,
        "close_hour": WHOLE,
        "close_minutes": WHOLE,
        "open_all_day": YES_NO,
    }
)
_CONFIG: Final = {
    "description": "Administrators only. Addresses, and the word set for what is secret.",
    "type": "object",
    "additionalProperties": TEXT,
}
INBOX: Final = record(
    {
        **INBOX_SLIM,
        "greeting_enabled": YES_NO,
        "greeting_message": or_null(TEXT),
        "working_hours_enabled": YES_NO,
        "enable_email_collect": YES_NO,
        "csat_survey_enabled": YES_NO,
        "csat_config": FREE,
        "enable_auto_assignment": YES_NO,
        "auto_assignment_config": FREE,
        "out_of_office_message": or_null(TEXT),
        "working_hours": list_of(_DAY),
        "timezone": TEXT,
        "callback_webhook_url": or_null(TEXT),
        "allow_messages_after_resolved": YES_NO,
        "lock_to_single_conversation": YES_NO,
        "sender_name_type": one_of("friendly", "professional"),
        "business_name": or_null(TEXT),
        "allowed_domains": NOTHING,
        "widget_color": NOTHING,
        "website_url": NOTHING,
        "hmac_mandatory": NOTHING,
        "welcome_title": NOTHING,
        "welcome_tagline": NOTHING,
        "web_widget_script": NOTHING,
        "website_token": NOTHING,
        "selected_feature_flags": NOTHING,
        "reply_time": NOTHING,
        "messaging_service_sid": NOTHING,
        "phone_number": or_null(TEXT),
        "message_templates": list_of(FREE),
        "reauthorization_required": YES_NO,
    },
    maybe={"provider_config": _CONFIG},
    ours={
        "connection_state": or_null(
            one_of("unpaired", "pairing", "connected", "lost", "logged_out", "banned", "unreachable")
        )
    },
)

CONTACT_PAGE: Final = record(
    {
        "meta": record({"count": WHOLE, "current_page": {"anyOf": [WHOLE, TEXT]}}),
        "payload": list_of(ref("Contact")),
    }
)

SHAPES: Final[dict[str, Schema]] = {
    "Contact": CONTACT,
    "ContactSender": CONTACT_SENDER,
    "ContactPage": CONTACT_PAGE,
    "Inbox": INBOX,
}
