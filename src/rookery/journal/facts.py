"""record(): facts are buffered and inserted directly before COMMIT.

On PostgreSQL ids are given before commit, so a reader that asks for `id > cursor` could pass over a slow
transaction. Taking a lock in each action deadlocks with clicks; so one statement under one
transaction-scoped lock inserts them all at the very end (decisions A2).
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from rookery import db
from rookery.db.fields import now_millis

CHANNEL = "rookery_journal"
_LOCK = 0x526F6F6B  # "Rook": the advisory lock that orders the journal
_INSERT = (
    "INSERT INTO journal_fact (kind, account_id, inbox_id, conversation_id, message_id, data, at_ms) VALUES "
)
_ROWS_A_STATEMENT = 100  # SQLite allows 999 parameters in old builds


def record(
    kind: str,
    *,
    account: int,
    inbox: int | None = None,
    conversation: int | None = None,
    message: int | None = None,
    **data: Any,
) -> None:
    """Add one fact to the running `db.write()`. Ids are primary keys; `data` holds ids and enums, never texts."""
    text = json.dumps(data) if data else "{}"
    db.defer((kind, account, inbox, conversation, message, text, now_millis()))


def flush(items: list[Any]) -> None:
    """Insert the buffered facts; called by `db.write()` directly before COMMIT."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for start in range(0, len(items), _ROWS_A_STATEMENT):
            part = items[start : start + _ROWS_A_STATEMENT]
            cursor.execute(
                _INSERT + ",".join(["(%s,%s,%s,%s,%s,%s,%s)"] * len(part)),
                [value for item in part for value in item],
            )
        if connection.vendor == "postgresql":
            cursor.execute(f"NOTIFY {CHANNEL}")
