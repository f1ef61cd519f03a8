"""Messages in the REST shape and the longer push shape (contract 3.3, 3.4; decisions C6).

Nothing here asks the database: `queries.with_parts` loaded it all.
"""

from __future__ import annotations

from typing import Any, Final

from rookery.api import words
from rookery.api.shapes import attachments, contacts, inner, moments, people
from rookery.api.shapes.scene import Scene
from rookery.conversations.models import Contact, Conversation, Message, Reaction

TYPES: Final = {"in": 0, "out": 1, "activity": 2}
WITH_DETAILS: Final = frozenset({"list", "order", "interactive", "call", "group_change"})
STATUSES: Final = {
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
    "cancelled": "failed",
}
"""What is not here is `sent`: Chatwoot knows neither waiting nor uncertain. The truth is `delivery_state`."""


def message(scene: Scene, row: Message) -> dict[str, Any]:
    """`attachments` and `sender` are absent when there is none."""
    return _columns(row) | _parts(scene, row)


def push(scene: Scene, row: Message, conversation: Conversation) -> dict[str, Any]:
    """All columns, as in a conversation's `messages`."""
    kind, key = _sender_key(row)
    more = {
        "account_id": row.account_id,
        "updated_at": moments.iso_millis(_changed_ms(row)),
        "sender_type": kind,
        "sender_id": key,
        "external_source_ids": {},
        "processed_message_content": _content(row),
        "sentiment": {},
        "conversation": {
            "assignee_id": conversation.assignee_id,
            "unread_count": conversation.unread_count,
            "last_activity_at": conversation.last_activity_at,
            "contact_inbox": {"source_id": conversation.contact_inbox.jid},
        },
    }
    return _columns(row) | more | _parts(scene, row)


def _columns(row: Message) -> dict[str, Any]:
    return {
        "id": row.pk,
        "content": _content(row),
        "inbox_id": row.inbox_id,
        "conversation_id": row.conversation.display_id,
        "message_type": TYPES[row.direction],
        "content_type": "text",
        "status": STATUSES.get(row.state, "sent"),
        "content_attributes": _attributes(row),
        "created_at": row.at,
        "private": row.private,
        "source_id": row.source_id,
        "additional_attributes": row.additional_attributes,
        "delivery_state": row.state,
        "client_ref": str(row.client_ref),
    }


def _parts(scene: Scene, row: Message) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    sender = _sender(scene, row)
    if sender is not None:
        parts["sender"] = sender
    if row.revoked_at is not None:
        return parts
    files = [attachments.attachment(file) for file in row.attachments.all()] + inner.attachments(row)
    if files:
        parts["attachments"] = files
    return parts


def _content(row: Message) -> str | None:
    """What was deleted for everyone is told to no program."""
    if row.revoked_at is not None:
        return words.DELETED
    if row.kind == "group_change" and not row.content:
        people: list[Contact] = getattr(row, "named_people", [])
        return words.group_line(str(row.details.get("change", "")), [contacts.name(one) for one in people])
    if row.kind == "call" and not row.content:
        return words.CALL_REJECTED if row.details.get("auto_rejected") else words.CALL
    return row.content or None


def _attributes(row: Message) -> dict[str, Any]:
    if row.revoked_at is not None:
        return {"deleted": True} | _failure(row)
    return _quote(row) | _failure(row) | _ours(row)


def _quote(row: Message) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    quoted: Message | None = row.quoted  # type: ignore[attr-defined]  # set by with_parts
    if quoted is not None:
        attributes["in_reply_to"] = quoted.pk
    external = row.quoted_source_id or (quoted.source_id if quoted is not None else None)
    if external:
        attributes["in_reply_to_external_id"] = external
    return attributes


def _failure(row: Message) -> dict[str, Any]:
    if row.state == Message.State.FAILED:
        return {"external_error": words.failure(row.failure_code, row.failure_params)}
    return {"external_error": words.CANCELLED} if row.state == Message.State.CANCELLED else {}


def _ours(row: Message) -> dict[str, Any]:
    """What Chatwoot has no place for; each key only when there is something to say."""
    reactions: list[Reaction] = getattr(row, "stood_reactions", [])
    referral = row.details.get("referral")
    more = {
        "is_unsupported": bool(row.unsupported) or row.kind == "unsupported",
        "kind": row.kind if row.kind != "text" and not row.attachments.all() else "",
        "details": inner.details(row) if row.kind in WITH_DETAILS else None,
        "referral": referral if isinstance(referral, dict) else None,
        "reactions": [_reaction(one) for one in reactions],
        "edited_at": row.edited_at,
        "hidden_at": row.hidden_at,
        "forwarded": row.forwarded,
        "view_once": row.view_once,
        "is_answer": bool(row.details.get("answer")),
    }
    return {key: value for key, value in more.items() if value}


def _reaction(row: Reaction) -> dict[str, Any]:
    """`contact_id` is null for our own number."""
    name = contacts.name(row.contact) if row.contact is not None else None
    return {"emoji": row.emoji, "contact_id": row.contact_id, "name": name, "at": row.at}


def _sender(scene: Scene, row: Message) -> dict[str, Any] | None:
    """A customer or a colleague; nobody for what was typed on the phone or sent by another program."""
    if row.direction == Message.Direction.IN:
        return contacts.contact_push(row.author) if row.author is not None else None
    return people.user_push(scene, row.user) if row.user is not None else None


def _sender_key(row: Message) -> tuple[str | None, int | None]:
    if row.direction == Message.Direction.IN:
        return ("Contact", row.author_id) if row.author_id is not None else (None, None)
    return ("User", row.user_id) if row.user_id is not None else (None, None)


def _changed_ms(row: Message) -> int:
    """The newest moment that is known of it."""
    seconds = (row.sent_at, row.delivered_at, row.read_at, row.played_at, row.edited_at, row.revoked_at)
    newest: int = max(row.at, *(moment or 0 for moment in seconds))
    return max(int(row.created_ms), 1000 * newest)
