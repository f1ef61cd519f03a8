"""What the door keeps of a delivery, and its ordinary insert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

NOTIFY = "rookery_intake"  # the PostgreSQL channel on which workers hear of new events

_INSERT = "INSERT INTO intake_rawevent (channel_id, received_ms, signature, body) "
# Few different statements, so that SQLite finds each of them compiled already.
_SIZES = (128, 32, 8, 1)
_SQLITE = {size: _INSERT + "VALUES " + ",".join(["(?,?,?,?)"] * size) for size in _SIZES}
_POSTGRES = _INSERT + "SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::bytea[], %b::bytea[])"  # noqa: S608


class Record(NamedTuple):
    """One verified delivery: epoch milliseconds of its first byte, 32 bytes of signature, the exact body."""

    channel_id: int
    received_ms: int
    signature: bytes
    body: bytes


def insert(records: Sequence[Record]) -> None:
    """Store records as new raw events; inside `db.write()` only. Straight through the driver: it is the hot path."""
    raw: Any = connection.connection
    if connection.vendor == "sqlite":
        for part in _parts(records):
            raw.execute(_SQLITE[len(part)], [value for record in part for value in record])
        return
    import psycopg

    # Django's own cursor writes values into the text; this one sends the bytes as they are.
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(_POSTGRES, [list(column) for column in zip(*records, strict=True)])
        cursor.execute(f"NOTIFY {NOTIFY}")


def _parts(records: Sequence[Record]) -> Iterator[Sequence[Record]]:
    start = 0
    for size in _SIZES:
        while len(records) - start >= size:
            yield records[start : start + size]
            start += size
