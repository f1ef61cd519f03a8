"""Conversations."""

from __future__ import annotations

from typing import Final

from rookery.api.schemas.parts import (
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

STATUS: Final = one_of("open", "resolved", "pending", "snoozed")
COUNTS: Final = record(
    {"mine_count": WHOLE, "assigned_count": WHOLE, "unassigned_count": WHOLE, "all_count": WHOLE}
)
CONVERSATION: Final = record(
    {
        "meta": record(
            {"sender": ref("Contact"), "channel": one_of("Channel::Whatsapp"), "hmac_verified": YES_NO},
            maybe={"assignee": ref("Agent"), "team": ref("Team")},
        ),
        "id": {**WHOLE, "description": "The account's display id; the one in every path."},
        "messages": list_of(ref("PushedMessage")),
        "account_id": WHOLE,
        "uuid": UUID,
        "inbox_id": WHOLE,
        "additional_attributes": FREE,
        "custom_attributes": FREE,
        "labels": list_of(TEXT),
        "status": STATUS,
        "priority": or_null(one_of("low", "medium", "high", "urgent")),
        "muted": YES_NO,
        "can_reply": YES_NO,
        "snoozed_until": or_null(MOMENT),
        "unread_count": {"type": "integer", "minimum": 0, "maximum": 10},
        "agent_last_seen_at": WHOLE,
        "assignee_last_seen_at": WHOLE,
        "contact_last_seen_at": WHOLE,
        "created_at": WHOLE,
        "updated_at": FRACTION,
        "timestamp": WHOLE,
        "last_activity_at": WHOLE,
        "first_reply_created_at": WHOLE,
        "waiting_since": WHOLE,
        "last_non_activity_message": or_null(ref("PushedMessage")),
        "sla_policy_id": or_null(WHOLE),
    }
)
TOGGLED: Final = record(
    {
        "meta": record({}),
        "payload": record(
            {
                "success": YES_NO,
                "conversation_id": WHOLE,
                "current_status": STATUS,
                "snoozed_until": or_null(MOMENT),
            }
        ),
    }
)

SHAPES: Final[dict[str, Schema]] = {"Conversation": CONVERSATION, "Counts": COUNTS}
