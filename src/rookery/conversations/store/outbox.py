"""The outbox in SQL: places for new messages, the claim, leases, what a dead worker left behind (decisions C4, C5).

The queue is the messages themselves. A lane is a contact inbox; `queue_seq` orders it. `queue_seq` is the epoch
millisecond of queueing, made greater than everything before it in its lane, so it also tells a message's age.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rookery import db
from rookery.conversations.store import sql
from rookery.db.fields import now_millis

HOLD_MS = 75_000
"""How long an uncertain message holds its chat, counted from the start of its request: the gateway goes on when
our connection breaks, and gives up for good after that time."""

# Written exactly like the condition of the index `message_outbox`, or the databases do not use it.
_WAITING = "state IN ('scheduled', 'pending', 'sending', 'uncertain')"

_BLOCKED = (
    f"SELECT 1 FROM conversations_message o WHERE o.contact_inbox_id = m.contact_inbox_id AND o.id <> m.id"
    f" AND o.{_WAITING} AND (o.state = 'sending' OR (o.state = 'uncertain' AND o.left_ms > %s)"
    " OR (o.state = 'pending' AND (o.queue_seq < m.queue_seq OR o.lease_ms > %s)))"
)


class Place(NamedTuple):
    """Where the next message of ours goes: (second, sequence)."""

    at: int
    seq: int

    @property
    def tie(self) -> str:
        return f"~{self.seq:015d}"


def next_place(contact_inbox_id: int, offset_ms: int) -> Place:
    """The end of a chat: never before its newest message, later than all that is queued. Lane locked by the caller."""
    now = now_millis()
    newest = sql.one(
        "SELECT at, tie, via FROM conversations_message WHERE contact_inbox_id = %s ORDER BY at DESC, tie DESC LIMIT 1",
        [contact_inbox_id],
    )
    queued = sql.one(
        f"SELECT MAX(queue_seq) FROM conversations_message WHERE contact_inbox_id = %s AND {_WAITING}",
        [contact_inbox_id],
    )
    at, seq = (now + offset_ms) // 1000, now
    if newest is not None:
        at = max(at, int(newest[0]))
        # A stranger chooses the id of their message, and so its tie: only ours holds a sequence.
        if newest[2] in ("rookery", "api") and newest[1].startswith("~"):
            seq = max(seq, int(newest[1][1:]) + 1)
    if queued is not None and queued[0] is not None:
        seq = max(seq, int(queued[0]) + 1)
    return Place(at, seq)


def waiting_channels(now: int) -> list[int]:
    """Channels with a message that is due; whether something else holds it is not looked at."""
    found = sql.rows(
        f"SELECT DISTINCT channel_id FROM conversations_message WHERE {_WAITING} AND state = 'pending'"
        " AND due_ms <= %s AND lease_ms <= %s AND channel_id IS NOT NULL",
        [now, now],
    )
    return [int(row[0]) for row in found]


def candidates(channel_id: int, now: int, limit: int, *, take: bool = False) -> list[int]:
    """Ids of the channel's messages that may go now, oldest first, at most one a lane.

    `take`: lock them, and on PostgreSQL leave out those that another worker is taking.
    """
    # The plus keeps SQLite from reading all messages of the channel instead of the outbox.
    skip = " FOR NO KEY UPDATE OF m SKIP LOCKED" if take and not db.is_sqlite() else ""
    found = sql.rows(
        "SELECT m.id FROM conversations_message m"
        f" WHERE m.{_WAITING} AND m.state = 'pending' AND m.due_ms <= %s AND m.lease_ms <= %s"
        f" AND +m.channel_id = %s AND NOT EXISTS ({_BLOCKED}) ORDER BY m.queue_seq, m.id LIMIT %s{skip}",
        [now, now, channel_id, now - HOLD_MS, now, limit],
    )
    return [int(row[0]) for row in found]


def lease(message_id: int, owner: str, now: int, until: int) -> bool:
    """Claim a pending message. False when somebody was faster or the agent changed their mind."""
    changed = sql.run(
        "UPDATE conversations_message SET owner = %s, lease_ms = %s WHERE id = %s AND state = 'pending'"
        " AND lease_ms <= %s",
        [owner, until, message_id, now],
    )
    return changed == 1


def mark_sending(message_id: int, owner: str, now: int, until: int) -> bool:
    """Directly before the request. False: it is not ours any more, and must not be sent."""
    changed = sql.run(
        "UPDATE conversations_message SET state = 'sending', left_ms = %s, ended_ms = NULL, lease_ms = %s"
        " WHERE id = %s AND state = 'pending' AND owner = %s",
        [now, until, message_id, owner],
    )
    return changed == 1


def renew(owner: str, message_ids: Sequence[int], until: int) -> int:
    """Say that we are alive and still have these; how many that is true of."""
    if not message_ids:
        return 0
    return sql.run(
        f"UPDATE conversations_message SET lease_ms = %s WHERE id IN ({sql.marks(len(message_ids))}) AND owner = %s"
        " AND state IN ('pending', 'sending')",
        [until, *message_ids, owner],
    )


def release_others(owner: str) -> int:
    """Free the pending messages that anybody but `owner` leased: nothing of them has left."""
    return sql.run(
        f"UPDATE conversations_message SET owner = '', lease_ms = 0 WHERE {_WAITING} AND state = 'pending'"
        " AND owner NOT IN (%s, '')",
        [owner],
    )


def in_flight() -> list[tuple[int, str, int]]:
    """Messages whose request is under way: (id, worker, its lease)."""
    found = sql.rows(
        f"SELECT id, owner, lease_ms FROM conversations_message WHERE {_WAITING} AND state = 'sending' ORDER BY id",
        [],
    )
    return [(int(row[0]), str(row[1]), int(row[2])) for row in found]


def due_looks(now: int, limit: int) -> list[int]:
    """Uncertain messages for whose evidence it is time to look."""
    found = sql.rows(
        f"SELECT id FROM conversations_message WHERE {_WAITING} AND state = 'uncertain' AND due_ms > 0"
        " AND due_ms <= %s ORDER BY due_ms LIMIT %s",
        [now, limit],
    )
    return [int(row[0]) for row in found]


def lease_clock() -> int:
    """Epoch milliseconds of the clock that leases go by: where workers run on several machines, the database's."""
    if db.is_sqlite():
        return now_millis()
    row = sql.one("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint", [])
    assert row is not None
    return int(row[0])


def aged(before_seq: int, now: int, limit: int = 200) -> list[int]:
    """Pending messages queued before `before_seq` that nobody is working on."""
    found = sql.rows(
        f"SELECT id FROM conversations_message WHERE {_WAITING} AND state = 'pending' AND queue_seq < %s"
        " AND lease_ms <= %s ORDER BY queue_seq LIMIT %s",
        [before_seq, now, limit],
    )
    return [int(row[0]) for row in found]
