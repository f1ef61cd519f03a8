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


def get(conversation_id: int) -> Thread:
    """One that is known to exist."""
    row = sql.one(f"SELECT {_COLUMNS} FROM conversations_conversation WHERE id = %s", [conversation_id])
    assert row is not None
    return Thread(*row)


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
    """A new conversation under the account's next display id; None when another one is unresolved.

    One that begins as resolved holds old messages alone: nobody resolved it, so it has no `resolved_at`.
    """
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


class Mark(NamedTuple):
    """What is unread, and up to where a conversation was read: by anybody, and as the phone says."""

    unread: int
    at: int
    tie: str
    phone_at: int
    phone_tie: str


_MARK = "unread_count, read_at, read_tie, phone_read_at, phone_read_tie"


def touch(
    conversation_id: int, at: int, *, unread: int, waiting: bool, answered: bool, tie: str = ""
) -> Mark:
    """A message came in at (`at`, `tie`): the newest bubble, the newest activity, what is unread, since when somebody
    waits. Each is a maximum, a minimum or a count after a mark: the order of arrival does not matter."""
    row = sql.one(
        "UPDATE conversations_conversation SET"
        " last_message_id = (SELECT m.id FROM conversations_message m WHERE m.conversation_id = %s"
        "  AND m.direction <> 'activity' ORDER BY m.at DESC, m.tie DESC LIMIT 1),"
        " last_activity_at = CASE WHEN last_activity_at < %s THEN %s ELSE last_activity_at END,"
        " opened_at = CASE WHEN opened_at > %s THEN %s ELSE opened_at END,"
        " unread_count = unread_count"
        "  + CASE WHEN %s = 1 AND (read_at < %s OR (read_at = %s AND read_tie < %s)) THEN 1 ELSE 0 END,"
        " answered_at = CASE WHEN %s = 1 AND answered_at < %s THEN %s ELSE answered_at END,"
        " waiting_since = CASE"
        "  WHEN %s = 1 AND answered_at < %s AND (waiting_since IS NULL OR waiting_since > %s) THEN %s"
        "  WHEN %s = 1 AND waiting_since <= %s THEN (SELECT MIN(m.at) FROM conversations_message m"
        "   WHERE m.conversation_id = %s AND m.direction = 'in' AND NOT m.archived AND m.at > %s)"
        "  ELSE waiting_since END,"
        f" updated_ms = %s WHERE id = %s RETURNING {_MARK}",
        [
            conversation_id, at, at, at, at, int(unread), at, at, tie, int(answered), at, at, int(waiting), at, at, at,
            int(answered), at, conversation_id, at, now_millis(), conversation_id,
        ],
    )  # fmt: skip
    assert row is not None
    return Mark(*row)


def read_on_phone(conversation_id: int, at: int, tie: str) -> int | None:
    """The phone showed it up to this place; what is unread now, None when that was known already."""
    row = sql.one(
        "UPDATE conversations_conversation SET phone_read_at = %s, phone_read_tie = %s"
        " WHERE id = %s AND (phone_read_at < %s OR (phone_read_at = %s AND phone_read_tie < %s)) RETURNING id",
        [at, tie, conversation_id, at, at, tie],
    )
    return read_up_to(conversation_id, at, tie) if row else None


def read_up_to(conversation_id: int, at: int, tie: str) -> int | None:
    """Move the read mark forward; what is unread now, None when it is there or beyond already."""
    row = sql.one(
        f"UPDATE conversations_conversation SET read_at = %s, read_tie = %s, unread_count = ({_UNREAD})"
        " WHERE id = %s AND (read_at < %s OR (read_at = %s AND read_tie < %s)) RETURNING unread_count",
        [at, tie, conversation_id, at, at, tie, conversation_id, at, at, tie],
    )
    return int(row[0]) if row else None


def unread_from(conversation_id: int, at: int, tie: str = "") -> int:
    """Set the read mark to this place, also backwards; what is unread now."""
    row = sql.one(
        f"UPDATE conversations_conversation SET read_at = %s, read_tie = %s, unread_count = ({_UNREAD})"
        " WHERE id = %s RETURNING unread_count",
        [at, tie, conversation_id, at, at, tie, conversation_id],
    )
    return int(row[0]) if row else 0


def newest_incoming(conversation_id: int) -> tuple[int, str] | None:
    """The place of the newest message that came in."""
    row = sql.one(
        "SELECT at, tie FROM conversations_message WHERE conversation_id = %s AND direction = 'in'"
        " ORDER BY at DESC, tie DESC LIMIT 1",
        [conversation_id],
    )
    return (int(row[0]), str(row[1])) if row else None


_UNREAD = (
    "SELECT COUNT(*) FROM conversations_message m WHERE m.conversation_id = %s AND m.direction = 'in'"
    " AND NOT m.archived AND (m.at > %s OR (m.at = %s AND m.tie > %s))"
)


def recount(conversation_id: int) -> None:
    """Work out anew all that follows from the messages: after they were joined, moved or taken away."""
    mine = "FROM conversations_message m WHERE m.conversation_id = conversations_conversation.id"
    sql.run(
        "UPDATE conversations_conversation SET"
        f" last_message_id = (SELECT m.id {mine} AND m.direction <> 'activity' ORDER BY m.at DESC, m.tie DESC LIMIT 1),"
        f" last_activity_at = COALESCE((SELECT MAX(m.at) {mine} AND m.direction <> 'activity'), last_activity_at),"
        f" opened_at = COALESCE((SELECT MIN(m.at) {mine} AND m.direction <> 'activity'), opened_at),"
        f" answered_at = COALESCE((SELECT MAX(m.at) {mine} AND m.direction = 'out' AND NOT m.private), 0),"
        f" unread_count = (SELECT COUNT(*) {mine} AND m.direction = 'in' AND NOT m.archived"
        " AND (m.at > conversations_conversation.read_at OR (m.at = conversations_conversation.read_at"
        " AND m.tie > conversations_conversation.read_tie))),"
        " updated_ms = %s WHERE id = %s",
        [now_millis(), conversation_id],
    )
    sql.run(
        f"UPDATE conversations_conversation SET waiting_since = (SELECT MIN(m.at) {mine} AND m.direction = 'in'"
        " AND NOT m.archived AND m.at > answered_at) WHERE id = %s",
        [conversation_id],
    )
