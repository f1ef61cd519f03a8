"""Is this installation fit to work? Facts for /health/ready; `doctor` says more and to people."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from django.db import DatabaseError, connection

from rookery import db
from rookery.db.fields import now_millis
from rookery.intake import claims
from rookery.ops import locks, space, spools

log = logging.getLogger(__name__)

BEHIND_MS = 60_000
"""An event that waits longer while no worker of ours is seen: nobody is working."""


@dataclass(frozen=True, slots=True)
class Check:
    """`ok` False makes the installation not ready; `words` is one short word or phrase, without names or numbers."""

    ok: bool
    words: str


def look() -> dict[str, Check]:
    """Every check by name. Never raises."""
    database = _database()
    return {
        "database": database,
        "worker": _worker() if database.ok else Check(False, "unknown"),
        "spool": Check(True, "waiting" if spools.waiting() else "empty"),
        "space": _space(),
    }


def is_ready(checks: dict[str, Check]) -> bool:
    return all(check.ok for check in checks.values())


def _database() -> Check:
    begun = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM accounts_account LIMIT 1")
            cursor.fetchone()
    except DatabaseError as error:
        log.warning("the database does not answer", extra={"reason": type(error).__name__})
        connection.close()
        return Check(False, "does not answer")
    return Check(True, "slow" if time.monotonic() - begun > 1 else "ok")


def _worker() -> Check:
    """Ours is seen by its lock. On PostgreSQL it may run on another machine: then its work is what we see."""
    if locks.is_held("worker"):
        return Check(True, "ok")
    if db.is_sqlite():
        return Check(False, "not running")
    try:
        oldest = claims.backlog().oldest_ms
    except DatabaseError:
        return Check(False, "unknown")
    if oldest and now_millis() - oldest > BEHIND_MS:
        return Check(False, "events wait and no worker takes them")
    return Check(True, "elsewhere")


def _space() -> Check:
    room = space.room()
    return Check(room is not space.Room.CRITICAL, "ok" if room is space.Room.ENOUGH else room.value)
