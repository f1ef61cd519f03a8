"""Lines in a conversation that nobody wrote: activity."""

from __future__ import annotations

from typing import NamedTuple

from rookery.conversations.store import sql


class Activity(NamedTuple):
    """`ref` is made from what the line says, so that the same one twice is one. `details`: JSON text."""

    account_id: int
    inbox_id: int
    channel_id: int
    contact_inbox_id: int
    conversation_id: int
    kind: str
    at: int
    tie: str
    ref: str
    details: str
    created_ms: int


def put(line: Activity) -> int:
    """Store the line, or what it says by now; its message's key."""
    row = sql.one(
        "INSERT INTO conversations_message (account_id, inbox_id, channel_id, contact_inbox_id, conversation_id, kind,"
        f" at, tie, client_ref, details, created_ms, direction, state) VALUES ({sql.marks(13)})"
        " ON CONFLICT (account_id, client_ref) DO UPDATE SET details = excluded.details,"
        " version = conversations_message.version + 1 RETURNING id",
        [*line, "activity", "received"],
    )
    assert row is not None
    return int(row[0])


def find_contact_inbox(contact_id: int, inbox_id: int) -> int | None:
    """The contact in the inbox, if it was ever there."""
    row = sql.one(
        "SELECT id FROM conversations_contactinbox WHERE contact_id = %s AND inbox_id = %s",
        [contact_id, inbox_id],
    )
    return int(row[0]) if row else None
