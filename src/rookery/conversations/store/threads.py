"""Conversations: finding, making and touching them.

At most one unresolved conversation per contact inbox is the partial unique index's promise, not this code's.
"""

from __future__ import annotations

import uuid
from typing import NamedTuple

from rookery.conversations.store import sql
from rookery.db.fields import now_millis, now_seconds

_COLUMNS = "id, display_id, status, opened_at, resolved_at"


class Thread(NamedTuple):
    id: int
    display_id: int
    status: str
    opened_at: int
    resolved_at: int | None


def find_unresolved(contact_inbox_id: int) -> Thread | None:
    """The one that is worked on. Locked, so that nobody resolves it before our message is in."""
    row = sql.one(
        sql.locked(
            f"SELECT {_COLUMNS} FROM conversations_conversation"
            " WHERE contact_inbox_id = %s AND status <> 'resolved' AND merged_into_id IS NULL"
        ),
        [contact_inbox_id],
    )
    return Thread(*row) if row else None


def find_by_span(contact_inbox_id: int, at: int) -> Thread | None:
    """The resolved conversation that was open at `at`."""
    row = sql.one(
        f"SELECT {_COLUMNS} FROM conversations_conversation WHERE contact_inbox_id = %s AND status = 'resolved'"
        " AND merged_into_id IS NULL AND opened_at <= %s AND resolved_at >= %s ORDER BY opened_at DESC LIMIT 1",
        [contact_inbox_id, at, at],
    )
    return Thread(*row) if row else None


def find_newest(contact_inbox_id: int) -> Thread | None:
    """The newest one, whatever its status."""
    row = sql.one(
        f"SELECT {_COLUMNS} FROM conversations_conversation WHERE contact_inbox_id = %s AND merged_into_id IS NULL"
        " ORDER BY opened_at DESC, id DESC LIMIT 1",
        [contact_inbox_id],
    )
    return Thread(*row) if row else None


def insert(account_id: int, inbox_id: int, contact_inbox_id: int, status: str, at: int) -> Thread | None:
    """A new conversation under the account's next display id; None when another one is unresolved."""
    number = sql.one(
        "UPDATE accounts_account SET next_display_id = next_display_id + 1 WHERE id = %s RETURNING next_display_id - 1",
        [account_id],
    )
    assert number is not None
    row = sql.one(
        "INSERT INTO conversations_conversation (uuid, account_id, inbox_id, contact_inbox_id, contact_id, display_id,"
        " status, opened_at, last_activity_at, created_at, updated_ms)"
        " SELECT %s, %s, %s, ci.id, ci.contact_id, %s, %s, %s, %s, %s, %s FROM conversations_contactinbox ci"
        " WHERE ci.id = %s ON CONFLICT DO NOTHING"
        f" RETURNING {_COLUMNS}",
        [uuid.uuid4().hex, account_id, inbox_id, number[0], status, at, at, now_seconds(), now_millis(),
         contact_inbox_id],
    )  # fmt: skip
    return Thread(*row) if row else None


def reopen(conversation_id: int, status: str) -> None:
    """Back to work after a customer wrote."""
    sql.run(
        "UPDATE conversations_conversation SET status = %s, resolved_at = NULL, snoozed_until = NULL WHERE id = %s",
        [status, conversation_id],
    )


def touch(conversation_id: int, at: int, *, unread: int, waiting: bool, answered: bool) -> None:
    """A message came in: the newest bubble, the newest activity, what is unread, since when somebody waits."""
    sql.run(
        "UPDATE conversations_conversation SET"
        " last_message_id = (SELECT m.id FROM conversations_message m WHERE m.conversation_id = %s"
        "  AND m.direction <> 'activity' ORDER BY m.at DESC, m.tie DESC LIMIT 1),"
        " last_activity_at = CASE WHEN last_activity_at < %s THEN %s ELSE last_activity_at END,"
        " opened_at = CASE WHEN opened_at > %s THEN %s ELSE opened_at END,"
        " unread_count = unread_count + %s,"
        " waiting_since = CASE WHEN %s = 1 THEN COALESCE(waiting_since, %s) WHEN %s = 1 THEN NULL ELSE waiting_since END,"
        " updated_ms = %s WHERE id = %s",
        [
            conversation_id,
            at,
            at,
            at,
            at,
            unread,
            int(waiting),
            at,
            int(answered),
            now_millis(),
            conversation_id,
        ],
    )


def count_unread_after(conversation_id: int, at: int, tie: str) -> int:
    """Incoming messages after a place: what is still unread once it was read up to there."""
    row = sql.one(
        "SELECT COUNT(*) FROM conversations_message WHERE conversation_id = %s AND direction = 'in'"
        " AND (at > %s OR (at = %s AND tie > %s))",
        [conversation_id, at, at, tie],
    )
    return int(row[0]) if row else 0


def lower_unread(conversation_id: int, unread: int) -> bool:
    """Set the unread count if that lowers it."""
    changed = sql.run(
        "UPDATE conversations_conversation SET unread_count = %s WHERE id = %s AND unread_count > %s",
        [unread, conversation_id, unread],
    )
    return changed == 1
