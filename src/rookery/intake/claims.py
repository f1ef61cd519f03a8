"""What processing does with raw events: read ahead, claim, finish, postpone, park, replay.

The row is the queue. Attempts are committed when an event is claimed, so that one which kills the process
is counted too. Everything here may be called inside `db.write()` and then belongs to that transaction;
outside it runs in a short one of its own.

| Call                | Effect                                                                           |
|---------------------|----------------------------------------------------------------------------------|
| `read_ahead`        | new events that are due, oldest id first; takes nothing                          |
| `claim`, `unclaim`  | attempts + 1, attempts - 1 (a batch that failed as a whole counts against none)  |
| `claim_locked`      | PostgreSQL: row locks until the transaction ends; the others' rows are left out  |
| `seen`, `forget`    | insert digests, tell the new ones; take digests back                             |
| `mark_done` ...     | `done` for good, `postpone` until later, `park` with a reason, `replay` from new |
| `replay_done`       | a processed one from new, after an upgrade                                       |
"""

# ruff: noqa: S608 -- only names of ours and parameter marks are put together

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db import connection

from rookery import db
from rookery.db import statements
from rookery.db.fields import now_millis, now_seconds

DIGEST_BYTES = 16
LEASE_MS = 10_000
_TABLE = "intake_rawevent"
_A_STATEMENT = 500  # parameters; old SQLite builds allow 999
_ERROR_LENGTH = 200
_READ_AHEAD_BYTES = 32 * 1024 * 1024
_DAY = 86_400


class NewEvent(NamedTuple):
    """A stored delivery. `channel_id` is None only if its channel was unknown when a spool was drained."""

    id: int
    channel_id: int | None
    received_ms: int
    attempts: int
    body: bytes
    signature: bytes


class Backlog(NamedTuple):
    """How many events wait (due or not), and when the oldest of them came; 0 when none waits."""

    waiting: int
    oldest_ms: int


def digest_of(body: bytes) -> bytes:
    """The 16 bytes by which a doubled or replayed delivery is recognised for good."""
    return blake2b(body, digest_size=DIGEST_BYTES).digest()


def read_ahead(
    limit: int, now_ms: int, *, after_id: int = 0, max_bytes: int = _READ_AHEAD_BYTES
) -> list[NewEvent]:
    """New events that are due, oldest id first; at most `limit`, and about `max_bytes` of bodies (at least one).

    `after_id` leaves out what was read before. On PostgreSQL a lower id may be committed after a higher one, so
    start again from 0 every few reads.
    """
    # The state stands in the text, not in a parameter: else SQLite does not use the partial index.
    due = f"FROM {_TABLE} WHERE state = 0 AND due_ms <= %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, length(body) {due} AND id > %s ORDER BY id LIMIT %s", [now_ms, after_id, limit]
        )
        last = _last_within(cursor.fetchall(), max_bytes)
        if last is None:
            return []
        cursor.execute(
            f"SELECT id, channel_id, received_ms, attempts, body, signature {due}"
            " AND id > %s AND id <= %s ORDER BY id",
            [now_ms, after_id, last],
        )
        return [_event(row) for row in cursor.fetchall()]


def read(event_id: int) -> NewEvent | None:
    """One event in any state, for a person to look at or to try alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, channel_id, received_ms, attempts, body, signature FROM {_TABLE} WHERE id = %s",
            [event_id],
        )
        row = cursor.fetchone()
    return _event(row) if row else None


def claim(ids: Collection[int]) -> list[int]:
    """Count one more attempt for these new events; returns the ids that were still new.

    Where several workers may run, they are hidden for LEASE_MS too: an attempt that is under way elsewhere must
    not look like one that never ended.
    """
    if db.is_sqlite():
        return _update("attempts = attempts + 1", ids, "state = 0")
    now = now_millis()
    due = f"state = 0 AND due_ms <= {now}"
    return _update("attempts = attempts + 1, due_ms = %s", ids, due, (now + LEASE_MS,))


def unclaim(ids: Collection[int]) -> list[int]:
    """Take an attempt back: the batch failed for a reason that is no event's fault."""
    return _update("attempts = attempts - 1, due_ms = 0", ids, "state = 0 AND attempts > 0")


def claim_locked(ids: Collection[int]) -> list[int]:
    """Of these, the events that are new and that nobody else holds, locked until the transaction ends.

    Call it inside the processing transaction. On SQLite, where there is one worker, it only filters.
    """
    if not db.in_write():
        raise RuntimeError("row locks end with their transaction: call this inside db.write()")
    lock = "" if db.is_sqlite() else " FOR UPDATE SKIP LOCKED"
    found: list[int] = []
    with connection.cursor() as cursor:
        for part in _parts(sorted(ids)):
            cursor.execute(
                f"SELECT id FROM {_TABLE} WHERE state = 0 AND id IN ({_marks(part)}) ORDER BY id{lock}", part
            )
            found += [row[0] for row in cursor.fetchall()]
    return found


def mark_done(ids: Collection[int]) -> None:
    """These events are processed, or were doubles."""
    _update("state = 1, error = ''", ids)


def postpone(event_id: int, due_ms: int, error: str = "") -> None:
    """Try again when the clock shows `due_ms`."""
    _update("due_ms = %s, error = %s", [event_id], "state = 0", (due_ms, _reason(error)))


def park(event_id: int, error: str) -> None:
    """Give up until a person replays it. `error` is a word or a class name, never text from the event."""
    _update("state = 2, error = %s", [event_id], values=(_reason(error),))


def replay(event_id: int) -> bool:
    """Make a parked event new again with no attempt counted; False if it is not parked."""
    return bool(_update("state = 0, attempts = 0, due_ms = 0, error = ''", [event_id], "state = 2"))


def replay_done(event_id: int) -> bool:
    """Make a processed event new again, for a parser that understands more than it did: its digest is taken back.

    False if it is not done, or its channel is gone. What it already stored is found again and not stored twice.
    """
    event = read(event_id)
    if event is None or event.channel_id is None:
        return False
    with _writing():
        changed = _update("state = 0, attempts = 0, due_ms = 0, error = ''", [event_id], "state = 1")
        if changed:
            forget(event.channel_id, [digest_of(event.body)])
    return bool(changed)


def seen(channel_id: int, digests: Collection[bytes]) -> set[bytes]:
    """Remember digests for good; returns those that are new for this channel.

    Insert an event's digest inside that event's own savepoint, or call `forget` for what is tried again later:
    else the retry takes itself for a double.
    """
    day = now_seconds() // _DAY
    new: set[bytes] = set()
    # Sorted, so that two workers which insert the same digests wait for each other instead of deadlocking.
    with _writing():
        for part in _parts(sorted(set(digests)), 3):
            found = statements.rows(
                "INSERT INTO intake_seenevent (channel_id, digest, day) VALUES "
                + ",".join(["(%s,%s,%s)"] * len(part))
                + " ON CONFLICT (channel_id, digest) DO NOTHING RETURNING digest",
                [value for digest in part for value in (channel_id, digest, day)],
            )
            new.update(bytes(row[0]) for row in found)
    return new


def forget(channel_id: int, digests: Collection[bytes]) -> None:
    """Take digests back whose events are to be tried again."""
    with _writing(), connection.cursor() as cursor:
        for part in _parts(sorted(set(digests))):
            cursor.execute(
                f"DELETE FROM intake_seenevent WHERE channel_id = %s AND digest IN ({_marks(part)})",
                [channel_id, *part],
            )


def backlog() -> Backlog:
    """How much waits to be processed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), min(received_ms) FROM {_TABLE} WHERE state = 0")
        waiting, oldest = cursor.fetchone()
    return Backlog(waiting, oldest or 0)


def _last_within(sizes: Sequence[tuple[int, int]], max_bytes: int) -> int | None:
    total, last = 0, None
    for event_id, size in sizes:
        total += size
        if last is not None and total > max_bytes:
            break
        last = event_id
    return last


def _event(row: Sequence[Any]) -> NewEvent:
    return NewEvent(row[0], row[1], row[2], row[3], bytes(row[4]), bytes(row[5]))


def _update(
    changes: str, ids: Collection[int], condition: str = "1 = 1", values: tuple[Any, ...] = ()
) -> list[int]:
    """One UPDATE in id order of parts; returns the ids it touched."""
    touched: list[int] = []
    with _writing(), connection.cursor() as cursor:
        for part in _parts(sorted(ids)):
            cursor.execute(
                f"UPDATE {_TABLE} SET {changes} WHERE id IN ({_marks(part)}) AND {condition} RETURNING id",
                [*values, *part],
            )
            touched += [row[0] for row in cursor.fetchall()]
    return sorted(touched)


def _writing() -> AbstractContextManager[None]:
    return nullcontext() if db.in_write() else db.write()


def _parts(items: Sequence[Any], width: int = 1) -> Iterator[Sequence[Any]]:
    step = _A_STATEMENT // width
    return (items[start : start + step] for start in range(0, len(items), step))


def _marks(items: Sequence[Any]) -> str:
    return ",".join(["%s"] * len(items))


def _reason(error: str) -> str:
    return error.replace("\x00", "")[:_ERROR_LENGTH]
