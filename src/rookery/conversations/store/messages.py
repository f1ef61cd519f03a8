"""Messages: the insert that decides whether an id is new, and receipts that only move forward.

The two partial unique indexes of Message decide what is a double (decisions B2).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from rookery.conversations.incoming import IncomingMessage, Place
from rookery.conversations.store import sql
from rookery.db.fields import now_millis

_INSERT = (
    "INSERT INTO conversations_message (account_id, inbox_id, channel_id, contact_inbox_id, conversation_id, direction,"
    " kind, content, source_id, client_ref, author_id, via, at, tie, at_replaced, quoted_source_id, quoted_id,"
    " quoted_text, forwarded, view_once, unsupported, raw_event_id, created_ms, state, rank, sent_at, archived, details)"
    f" VALUES ({sql.marks(28)}) ON CONFLICT DO NOTHING RETURNING id"
)


_A_STATEMENT = 500


class Target(NamedTuple):
    """A message that a receipt names, with what is needed to judge the claim."""

    id: int
    source_id: str
    direction: str
    account_id: int
    inbox_id: int
    conversation_id: int
    display_id: int
    at: int
    tie: str
    contact_id: int
    contact_kind: str
    author_id: int | None
    contact_inbox_id: int


def exists(channel_id: int, contact_inbox_id: int, message: IncomingMessage, author_id: int | None) -> bool:
    """Whether this very message is stored: id and author for incoming, id alone for our side."""
    clause, params = ("author_id = %s", [author_id]) if not message.from_me else ("author_id IS NULL", [])
    row = sql.one(
        "SELECT 1 FROM conversations_message WHERE channel_id = %s AND source_id = %s AND contact_inbox_id = %s"
        f" AND direction = %s AND {clause} LIMIT 1",
        [channel_id, message.source_id, contact_inbox_id, "out" if message.from_me else "in", *params],
    )
    return row is not None


def insert(
    place: Place,
    message: IncomingMessage,
    contact_inbox_id: int,
    conversation_id: int,
    author_id: int | None,
    via: str,
) -> int | None:
    """Store the message; None when it is stored already."""
    ours = message.from_me
    row = sql.one(
        _INSERT,
        [
            place.account_id, place.inbox_id, place.channel_id, contact_inbox_id, conversation_id,
            "out" if ours else "in", message.kind, message.content, message.source_id, uuid.uuid4().hex,
            None if ours else author_id, via, message.at, message.source_id, message.at_replaced,
            message.quoted_source_id, _quoted(place.channel_id, contact_inbox_id, message.quoted_source_id),
            message.quoted_text, message.forwarded, message.view_once, message.unsupported, message.raw_event_id,
            now_millis(), "sent" if ours else "received", 1 if ours else 0, message.at if ours else None,
            message.history, json.dumps(dict(message.details)) if message.details else "{}",
        ],
    )  # fmt: skip
    return int(row[0]) if row else None


def improve(
    place: Place, message: IncomingMessage, contact_inbox_id: int, author_id: int | None
) -> tuple[int, int] | None:
    """A double tells more than what is stored: it is no old message after all, or a kind we understand by now.

    The stored one takes over what it says; its key and its conversation's, None when there is nothing to learn.
    """
    supported, live = message.kind != "unsupported", not message.history
    if not (supported or live):
        return None
    better = " OR ".join(
        clause for clause, holds in (("archived", live), ("kind = 'unsupported'", supported)) if holds
    )
    whose = "author_id IS NULL" if message.from_me else "author_id = %s"
    row = sql.one(
        "UPDATE conversations_message SET kind = %s, content = %s, details = %s, unsupported = %s, forwarded = %s,"
        f" view_once = %s, quoted_source_id = %s, quoted_text = %s, archived = archived AND %s,"
        " version = version + 1"
        f" WHERE channel_id = %s AND source_id = %s AND contact_inbox_id = %s AND direction = %s AND {whose}"
        f" AND ({better}) RETURNING id, conversation_id",
        [
            message.kind, message.content, json.dumps(dict(message.details)), message.unsupported, message.forwarded,
            message.view_once, message.quoted_source_id, message.quoted_text, message.history,
            place.channel_id, message.source_id, contact_inbox_id, "out" if message.from_me else "in",
            *([] if message.from_me else [author_id]),
        ],
    )  # fmt: skip
    return (int(row[0]), int(row[1])) if row else None


def insert_file(
    place: Place, message_id: int, position: int, kind: str, path: str, url: str, name: str
) -> None:
    """A file to be fetched."""
    sql.run(
        "INSERT INTO conversations_attachment (uuid, account_id, message_id, position, kind, state, path, url, name,"
        f" created_ms) VALUES ({sql.marks(10)})",
        [
            uuid.uuid4().hex,
            place.account_id,
            message_id,
            position,
            kind,
            "wanted",
            path,
            url,
            name,
            now_millis(),
        ],
    )


def has_files(message_id: int) -> bool:
    """Whether the message carries a file."""
    found = "SELECT 1 FROM conversations_attachment WHERE message_id = %s LIMIT 1"
    return sql.one(found, [message_id]) is not None


def find_targets(channel_id: int, source_ids: Sequence[str]) -> list[Target]:
    """Messages of a channel that bear these ids, in order of their keys (within each _A_STATEMENT ids)."""
    # Databases limit parameters, and the error would look as if the database were away.
    starts = range(0, len(source_ids), _A_STATEMENT)
    return [one for at in starts for one in _find_targets(channel_id, source_ids[at : at + _A_STATEMENT])]


def _find_targets(channel_id: int, source_ids: Sequence[str]) -> list[Target]:
    found = sql.rows(
        "SELECT m.id, m.source_id, m.direction, m.account_id, m.inbox_id, m.conversation_id, c.display_id, m.at, m.tie,"
        " ci.contact_id, p.kind, m.author_id, m.contact_inbox_id FROM conversations_message m"
        " JOIN conversations_conversation c ON c.id = m.conversation_id"
        " JOIN conversations_contactinbox ci ON ci.id = m.contact_inbox_id"
        " JOIN conversations_contact p ON p.id = ci.contact_id"
        f" WHERE m.channel_id = %s AND m.source_id IN ({sql.marks(len(source_ids))}) ORDER BY m.id",
        [channel_id, *source_ids],
    )
    return [Target(*row) for row in found]


_RANKS = {"sent": 1, "delivered": 2, "read": 3, "played": 4}


def advance(message_id: int, status: str, at: int) -> bool:
    """Move one of our messages forward and keep the earliest time of each step; True when its state moved.

    A receipt is evidence that it went out, whatever we believed: it also lifts `failed` and `uncertain`.
    """
    rank = _RANKS[status]
    moved = sql.run(
        "UPDATE conversations_message SET state = %s, rank = %s, failure_code = '', version = version + 1"
        " WHERE id = %s AND rank < %s AND direction = 'out'",
        [status, rank, message_id, rank],
    )
    sql.run(
        f"UPDATE conversations_message SET {status}_at = %s WHERE id = %s AND ({status}_at IS NULL OR {status}_at > %s)",
        [at, message_id, at],
    )
    return moved == 1


def note_participant(message_id: int, contact_id: int, status: str, at: int) -> bool:
    """Keep a group participant's receipt; True when it says something new."""
    changed = sql.run(
        f"INSERT INTO conversations_receipt (message_id, contact_id, {status}_at) VALUES (%s, %s, %s)"
        f" ON CONFLICT (message_id, contact_id) DO UPDATE SET {status}_at = excluded.{status}_at"
        f" WHERE conversations_receipt.{status}_at IS NULL OR conversations_receipt.{status}_at > excluded.{status}_at",
        [message_id, contact_id, at],
    )
    return changed == 1


def is_ours(channel_id: int, source_id: str) -> bool:
    """Whether a message of our side has this id."""
    row = sql.one(
        "SELECT 1 FROM conversations_message WHERE channel_id = %s AND source_id = %s AND direction = 'out' LIMIT 1",
        [channel_id, source_id],
    )
    return row is not None


def _quoted(channel_id: int, contact_inbox_id: int, source_id: str) -> int | None:
    if not source_id:
        return None
    row = sql.one(
        "SELECT id FROM conversations_message WHERE channel_id = %s AND source_id = %s AND contact_inbox_id = %s LIMIT 1",
        [channel_id, source_id, contact_inbox_id],
    )
    return int(row[0]) if row else None
