"""Claims that cannot be judged yet (PendingChange)."""

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


class Waiting(NamedTuple):
    id: int
    source_id: str
    at: int
    payload: dict[str, Any]


def keep(channel_id: int, source_id: str, kind: str, at: int, event_id: str, payload: dict[str, Any]) -> None:
    """Keep a claim until its target or its author is known; the same claim twice is one."""
    text = json.dumps(payload, sort_keys=True)
    twin = sql.one(
        "SELECT 1 FROM conversations_pendingchange WHERE channel_id = %s AND source_id = %s AND kind = %s AND event_id = %s",
        [channel_id, source_id, kind, event_id],
    )
    if twin is None:
        sql.run(
            "INSERT INTO conversations_pendingchange (channel_id, source_id, kind, at, event_id, payload, created_ms)"
            f" VALUES ({sql.marks(7)})",
            [channel_id, source_id, kind, at, event_id, text, now_millis()],
        )


def meet(source_ids: Sequence[str], *, settles: bool = False) -> None:
    """PostgreSQL: those who keep claims about these ids, and who `settles` one of them, wait for each other until
    they have committed: else neither sees the other's row. SQLite has one writer."""
    if db.is_sqlite():
        return
    lock = "pg_advisory_xact_lock" if settles else "pg_advisory_xact_lock_shared"
    for slot in sorted({crc32(source_id.encode()) % _SLOTS for source_id in source_ids}):
        sql.one(f"SELECT {lock}(%s, %s)", [_LOCK, slot])


def for_target(channel_id: int, source_id: str, kind: str) -> list[Waiting]:
    """Claims about one message, oldest first."""
    return _read("channel_id = %s AND source_id = %s AND kind = %s", [channel_id, source_id, kind])


def for_alias(channel_id: int, key: str, kind: str) -> list[Waiting]:
    """Claims that name an address in their payload."""
    column = "CAST(payload AS text)"
    return _read(f"channel_id = %s AND kind = %s AND {column} LIKE %s", [channel_id, kind, f'%"{key}"%'])


def drop(waiting_id: int) -> None:
    sql.run("DELETE FROM conversations_pendingchange WHERE id = %s", [waiting_id])


def _read(where: str, params: list[Any]) -> list[Waiting]:
    found = sql.rows(
        f"SELECT id, source_id, at, payload FROM conversations_pendingchange WHERE {where} ORDER BY at, id",
        params,
    )
    return [
        Waiting(row[0], row[1], row[2], row[3] if isinstance(row[3], dict) else json.loads(row[3]))
        for row in found
    ]
