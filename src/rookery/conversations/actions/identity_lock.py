"""Who may join contacts while others write: see docs/rooms/identity.md, "Several workers"."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from django.db import OperationalError

from rookery import db
from rookery.conversations.store import sql

_LOCK = 0x57686F73  # "Whos"
_local = threading.local()


class MergeDue(OperationalError):
    """Two contacts must be joined while others are writing. Nothing is wrong with the event: roll the transaction back
    and run it again at once; its `do_hold_still` will have the account for itself. Only on PostgreSQL."""


def do_hold_still(account_ids: Iterable[int]) -> None:
    """Nobody joins contacts of these accounts until this transaction ends; the first statement of every one that
    writes by a contact's or a contact inbox's id. Read the accounts' identity epochs after it.

    PostgreSQL: an advisory lock, shared; a merge takes it alone. SQLite has one writer and needs none.
    """
    if db.is_sqlite():
        return
    due: set[int] = _local.__dict__.setdefault("due", set())
    for account_id in sorted(set(account_ids)):
        alone = account_id in due
        due.discard(account_id)
        sql.one(
            f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}(%s, %s)", [_LOCK, account_id % 2**31]
        )


def have_alone(account_id: int) -> None:
    """The account's identities for this transaction alone: before contacts are joined or parted. Raises MergeDue when
    this transaction holds them with others: two that both waited for the other would wait for ever."""
    if db.is_sqlite():
        return
    key = [_LOCK, account_id % 2**31]
    if _yes("SELECT pg_try_advisory_xact_lock(%s, %s)", key):
        return
    if _yes(
        "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s"
        " AND pid = pg_backend_pid() AND granted",
        key,
    ):
        _local.__dict__.setdefault("due", set()).add(account_id)
        raise MergeDue("contacts are to be joined")
    sql.one("SELECT pg_advisory_xact_lock(%s, %s)", key)


def _yes(statement: str, params: list[int]) -> bool:
    row = sql.one(statement, params)
    return bool(row and row[0])
