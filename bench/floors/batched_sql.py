"""The same rows once more, by plain batched SQL: nothing is parsed, looked up or decided."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg

BATCH = 500  # rows of each table in a transaction; fewer made the floor slower
_TABLES = (
    "conversations_message",
    "conversations_attachment",
    "conversations_reaction",
    "conversations_revision",
    "intake_seenevent",
    "journal_fact",
    "conversations_pendingchange",
)
_DETAILS = ("conversations_attachment", "conversations_reaction", "conversations_revision")
_TOUCHED = ("unread_count", "last_message_id", "last_activity_at", "opened_at", "waiting_since", "updated_ms")


class Table(NamedTuple):
    """Rows with the names of their columns."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


class Rows(NamedTuple):
    """What real processing left behind: new rows by table, conversations as they are now, the events' ids."""

    new: dict[str, Table]
    conversations: list[tuple[Any, ...]]
    events: list[int]


def open_copy(target: str) -> Any:
    """A connection to the floor's own database: a PostgreSQL URL, or a file opened with Rookery's own pragmas."""
    if target.startswith("postgres"):
        return psycopg.connect(target, autocommit=True)
    from django.db import connection

    made = sqlite3.connect(target, isolation_level=None, cached_statements=256)
    for pragma in connection.settings_dict["OPTIONS"]["init_command"].split(";"):
        made.execute(pragma)
    return made


def highest() -> dict[str, int]:
    """The newest id of each table, before the real thing runs."""
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for table in _TABLES:
            cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
            found[table] = int(cursor.fetchone()[0])
        return found


def rows_since(before: dict[str, int], events: list[int]) -> Rows:
    """What has come after `highest()`."""
    new = {table: _read(table, f"id > {mark}") for table, mark in before.items()}
    touched = _read("conversations_conversation", "1 = 1", f"{', '.join(_TOUCHED)}, id")
    return Rows(new, touched.rows, events)


def read_events(ids: list[int]) -> Table:
    """Stored events, before they are processed."""
    return _read("intake_rawevent", f"id BETWEEN {ids[0]} AND {ids[-1]}")


def insert_table(target: Any, name: str, table: Table) -> None:
    """All rows in one transaction; not a part of the measurement."""
    cursor = target.cursor()
    cursor.execute("BEGIN")
    cursor.executemany(_insert(target, name, table), table.rows)
    cursor.execute("COMMIT")


def insert(target: Any, rows: Rows) -> tuple[float, float]:
    """Seconds for all of it, and seconds of processor time. The events themselves are there before, as in the real thing."""
    mark = _mark(target)
    changes = ", ".join(f"{name} = {mark}" for name in _TOUCHED)
    statements = {name: _insert(target, name, table) for name, table in rows.new.items()} | {
        "conversations": f"UPDATE conversations_conversation SET {changes} WHERE id = {mark}",
        "events": f"UPDATE intake_rawevent SET state = 1, attempts = 1 WHERE id = {mark}",
    }
    parts = _parts(rows)
    started, busy = time.perf_counter(), time.process_time()
    cursor = target.cursor()
    for part in parts:
        cursor.execute("BEGIN")
        for name, found in part.items():
            if found:
                cursor.executemany(statements[name], found)
        cursor.execute("COMMIT")
    return time.perf_counter() - started, time.process_time() - busy


def _read(table: str, where: str, columns: str = "*") -> Table:
    from django.db import connection

    connection.ensure_connection()
    raw: Any = connection.connection
    cursor = raw.cursor()
    cursor.execute(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY id")
    return Table([column[0] for column in cursor.description], [_plain(row) for row in cursor.fetchall()])


def _insert(target: Any, name: str, table: Table) -> str:
    marks = ", ".join([_mark(target)] * len(table.columns))
    return f"INSERT INTO {name} ({', '.join(table.columns)}) VALUES ({marks})"


def _mark(target: Any) -> str:
    return "?" if isinstance(target, sqlite3.Connection) else "%s"


def _parts(rows: Rows) -> list[dict[str, Sequence[tuple[Any, ...]]]]:
    """The rows of one transaction after the other, in the proportions of the real thing."""
    count = max(1, round(len(rows.events) / BATCH))
    shares: dict[str, list[Sequence[tuple[Any, ...]]]] = {
        name: list(_split(table.rows, count)) for name, table in rows.new.items()
    }
    for name in _DETAILS:  # at the end, when the messages that they belong to are there
        shares[name] = [[]] * (count - 1) + [rows.new[name].rows]
    shares["events"] = list(_split([(event,) for event in rows.events], count))
    # In 500 events of 500 chats nearly every conversation is touched once a batch.
    shares["conversations"] = [rows.conversations] * count
    return [{table: found[index] for table, found in shares.items()} for index in range(count)]


def _split(items: Sequence[Any], count: int) -> Iterator[Sequence[Any]]:
    step = -(-len(items) // count) or 1
    return (items[index * step : (index + 1) * step] for index in range(count))


def _plain(row: Sequence[Any]) -> tuple[Any, ...]:
    """PostgreSQL's driver reads JSON as objects, and writes it only when told."""
    from psycopg.types.json import Jsonb

    return tuple(Jsonb(value) if isinstance(value, dict | list) else value for value in row)
