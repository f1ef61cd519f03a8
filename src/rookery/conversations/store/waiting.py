"""Claims that cannot be judged yet, or that nothing here answers to (PendingChange)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

from rookery import db
from rookery.conversations.store import sql
from rookery.db.fields import now_millis

_LOCK = 0x52637074  # "Rcpt"
_SLOTS = 64
_A_STATEMENT = 250
_COLUMNS = "p.id, p.channel_id, p.source_id, p.kind, p.at, p.event_id, p.payload"


class Waiting(NamedTuple):
    """A claim about the message `source_id` of a channel."""

    id: int
    channel_id: int
    source_id: str
    kind: str
    at: int
    event_id: str
    payload: dict[str, Any]


def keep(waiting: Waiting, claimant: tuple[str, str]) -> bool:
    """Keep a claim (its `id` is ignored); False when the same one is kept already.

    `claimant`: keys of the number and the LID that have to be explained before it can be judged, "" for none. They
    are part of what makes two claims the same: one event may come once under each name.
    """
    same = [waiting.channel_id, waiting.source_id, waiting.kind, waiting.event_id, *claimant]
    twin = sql.one(
        "SELECT 1 FROM conversations_pendingchange WHERE channel_id = %s AND source_id = %s AND kind = %s"
        " AND event_id = %s AND claimant_pn = %s AND claimant_lid = %s",
        same,
    )
    if twin is None:
        sql.run(
            "INSERT INTO conversations_pendingchange (channel_id, source_id, kind, event_id, claimant_pn, claimant_lid,"
            f" at, payload, created_ms) VALUES ({sql.marks(9)})",
            [*same, waiting.at, json.dumps(waiting.payload, sort_keys=True), now_millis()],
        )
    return twin is None


def rename(waiting: Waiting, claimant: tuple[str, str]) -> None:
    """It is other keys that have to be explained; one that is kept under those already takes its place."""
    same = [waiting.channel_id, waiting.source_id, waiting.kind, waiting.event_id, *claimant]
    twin = sql.one(
        "SELECT 1 FROM conversations_pendingchange WHERE channel_id = %s AND source_id = %s AND kind = %s"
        " AND event_id = %s AND claimant_pn = %s AND claimant_lid = %s AND id <> %s",
        [*same, waiting.id],
    )
    if twin is not None:
        drop(waiting.id)
    else:
        sql.run(
            "UPDATE conversations_pendingchange SET claimant_pn = %s, claimant_lid = %s WHERE id = %s",
            [*claimant, waiting.id],
        )


def meet(source_ids: Sequence[str], *, settles: bool = False) -> None:
    """PostgreSQL: those who keep claims about these ids, and who `settles` one of them, wait for each other until
    they have committed: else neither sees the other's row. SQLite has one writer."""
    if db.is_sqlite():
        return
    lock = "pg_advisory_xact_lock" if settles else "pg_advisory_xact_lock_shared"
    for slot in sorted({crc32(source_id.encode()) % _SLOTS for source_id in source_ids}):
        sql.one(f"SELECT {lock}(%s, %s)", [_LOCK, slot])


def expects(channel_id: int, contact_inbox_id: int, source_id: str, message_id: int) -> tuple[bool, bool]:
    """Of a message just stored: whether claims wait for its id, and whether others of its chat have the same id."""
    row = sql.one(
        "SELECT EXISTS (SELECT 1 FROM conversations_pendingchange p WHERE p.channel_id = %s AND p.source_id = %s),"
        " EXISTS (SELECT 1 FROM conversations_message m WHERE m.channel_id = %s AND m.source_id = %s"
        " AND m.contact_inbox_id = %s AND m.id <> %s)",
        [channel_id, source_id, channel_id, source_id, contact_inbox_id, message_id],
    )
    assert row is not None
    return bool(row[0]), bool(row[1])


def for_target(channel_id: int, source_id: str) -> list[Waiting]:
    """Claims about one message, oldest first."""
    return _read("p.channel_id = %s AND p.source_id = %s", [channel_id, source_id])


def for_claimant(account_id: int, pn: Sequence[str], lid: Sequence[str]) -> list[Waiting]:
    """Claims of the account's channels that wait for one of these keys to be explained, oldest first."""
    parts = [("claimant_pn", pn), ("claimant_lid", lid)]
    clauses = [f"p.{column} IN ({sql.marks(len(keys))})" for column, keys in parts if keys]
    if not clauses:
        return []
    channels = "p.channel_id IN (SELECT c.id FROM channels_channel c WHERE c.account_id = %s)"
    return _read(f"({' OR '.join(clauses)}) AND {channels}", [*pn, *lid, account_id])


def revokes_in_group(account_id: int, group_contact_id: int) -> list[Waiting]:
    """Claims to delete messages that stand in a group."""
    return _read(
        "p.kind = 'revoke' AND p.channel_id IN (SELECT c.id FROM channels_channel c WHERE c.account_id = %s)"
        " AND EXISTS (SELECT 1 FROM conversations_message m JOIN conversations_contactinbox ci"
        " ON ci.id = m.contact_inbox_id WHERE m.channel_id = p.channel_id AND m.source_id = p.source_id"
        " AND ci.contact_id = %s)",
        [account_id, group_contact_id],
    )


def with_target(pairs: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Of these (channel, source id), the ones for which both a claim and a message are stored."""
    found: set[tuple[int, str]] = set()
    ids = sorted({source_id for _, source_id in pairs})
    for start in range(0, len(ids), _A_STATEMENT):
        part = ids[start : start + _A_STATEMENT]
        rows = sql.rows(
            "SELECT DISTINCT p.channel_id, p.source_id FROM conversations_pendingchange p"
            " JOIN conversations_message m ON m.channel_id = p.channel_id AND m.source_id = p.source_id"
            f" WHERE p.source_id IN ({sql.marks(len(part))})",
            part,
        )
        found.update((int(row[0]), str(row[1])) for row in rows)
    return sorted(found.intersection(pairs))


def drop(waiting_id: int) -> None:
    sql.run("DELETE FROM conversations_pendingchange WHERE id = %s", [waiting_id])


def _read(where: str, params: Sequence[Any]) -> list[Waiting]:
    found = sql.rows(
        f"SELECT {_COLUMNS} FROM conversations_pendingchange p WHERE {where} ORDER BY p.at, p.id", params
    )
    return [_waiting(row) for row in found]


def _waiting(row: sql.Row) -> Waiting:
    payload = row[6] if isinstance(row[6], dict) else json.loads(row[6])  # as the driver gives it
    return Waiting(row[0], row[1], row[2], row[3], row[4], row[5], payload)
