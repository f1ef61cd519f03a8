"""Conversations (contract 3.2). Rows come from `reading`, with their newest message, labels and people."""

from __future__ import annotations

from typing import Any

from rookery.api.shapes import contacts, messages, moments, people
from rookery.api.shapes.inboxes import CHANNEL_TYPE
from rookery.api.shapes.scene import Scene
from rookery.conversations.models import Conversation, Message

MOST_UNREAD = 10
"""Chatwoot counts no further."""


def conversation(scene: Scene, row: Conversation) -> dict[str, Any]:
    last: Message | None = row.last_message  # type: ignore[attr-defined]  # set by attach_last_messages
    newest = messages.push(scene, last, row) if last is not None else None
    return {
        "meta": _meta(scene, row),
        "id": row.display_id,
        "messages": [newest] if newest is not None else [],
        "account_id": row.account_id,
        "uuid": str(row.uuid),
        "inbox_id": row.inbox_id,
        "additional_attributes": row.additional_attributes,
        "custom_attributes": row.custom_attributes,
        "labels": labels(row),
        "status": row.status,
        "priority": row.priority or None,
        "muted": row.contact.blocked,
        "can_reply": True,
        "snoozed_until": moments.iso_seconds(row.snoozed_until),
        "unread_count": min(row.unread_count, MOST_UNREAD),
        **_times(row),
        "last_non_activity_message": newest,
        "sla_policy_id": None,
    }


def labels(row: Conversation) -> list[str]:
    return sorted(label.title for label in row.labels.all())


def _meta(scene: Scene, row: Conversation) -> dict[str, Any]:
    """`assignee` and `team` are absent when there is none."""
    meta: dict[str, Any] = {
        "sender": contacts.contact(row.contact),
        "channel": CHANNEL_TYPE,
        "hmac_verified": False,
    }
    if row.assignee is not None:
        meta["assignee"] = people.agent(scene, row.assignee)
    if row.team is not None:
        meta["team"] = people.team(scene, row.team)
    return meta


def _times(row: Conversation) -> dict[str, int | float]:
    return {
        "agent_last_seen_at": row.agent_last_seen_at,
        "assignee_last_seen_at": row.assignee_last_seen_at,
        "contact_last_seen_at": 0,
        "created_at": row.created_at,
        "updated_at": row.updated_ms / 1000,
        "timestamp": row.last_activity_at,
        "last_activity_at": row.last_activity_at,
        "first_reply_created_at": row.first_reply_at or 0,
        "waiting_since": row.waiting_since or 0,
    }
