"""Reading the journal: tail, position, epoch, pruning."""

from __future__ import annotations

import json
import secrets
from typing import Any

from rookery import db
from rookery.db import statements
from rookery.journal.models import Epoch, Fact


def tail(after_id: int, limit: int = 500) -> list[Fact]:
    """Facts after `after_id`, oldest first, at most `limit`."""
    # By hand: the reader of every process asks this at every commit.
    found = statements.rows(
        "SELECT id, kind, account_id, inbox_id, conversation_id, message_id, data, at_ms FROM journal_fact"
        " WHERE id > %s ORDER BY id LIMIT %s",
        [after_id, limit],
    )
    names = ("id", "kind", "account_id", "inbox_id", "conversation_id", "message_id")
    return [
        Fact(**dict(zip(names, row[:6], strict=True)), data=_object(row[6]), at_ms=row[7]) for row in found
    ]


def latest_id() -> int:
    """Id of the newest fact; 0 while there is none."""
    row = statements.one("SELECT id FROM journal_fact ORDER BY id DESC LIMIT 1", [])
    return int(row[0]) if row else 0


def oldest_id() -> int | None:
    """Id of the oldest fact that is kept; None while there is none."""
    row = statements.one("SELECT id FROM journal_fact ORDER BY id LIMIT 1", [])
    return int(row[0]) if row else None


def of_conversation(
    conversation_id: int, after_id: int, limit: int
) -> list[tuple[int, int | None, dict[str, Any]]]:
    """Id, message and data of a conversation's facts after `after_id`, oldest first, at most `limit`."""
    found = statements.rows(
        "SELECT id, message_id, data FROM journal_fact WHERE conversation_id = %s AND id > %s ORDER BY id LIMIT %s",
        [conversation_id, after_id, limit],
    )
    return [(row[0], row[1], _object(row[2])) for row in found]


def epoch() -> str:
    """The journal's epoch; a cursor of another epoch is worthless."""
    row = statements.one("SELECT value FROM journal_epoch WHERE id = 1", [])
    return str(row[0]) if row else new_epoch()


def new_epoch() -> str:
    """Start another life of the journal, as a restore does."""
    value = secrets.token_hex(4)
    with db.write():
        Epoch.objects.update_or_create(pk=1, defaults={"value": value})
    return value


def position() -> str:
    """Where a reader that starts now stands: `<epoch>-<id>`."""
    return f"{epoch()}-{latest_id()}"


def prune(before_ms: int) -> int:
    """Delete facts older than `before_ms`; returns how many."""
    newest = Fact.objects.filter(at_ms__lt=before_ms).order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return 0
    with db.write():
        deleted, _ = Fact.objects.filter(id__lte=newest).delete()
    return deleted


def _object(data: Any) -> dict[str, Any]:
    """A JSON column: text on SQLite, and read already by some of PostgreSQL's cursors."""
    found: dict[str, Any] = data if isinstance(data, dict) else json.loads(data)
    return found
