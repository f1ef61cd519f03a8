"""The database: reached, of this version, and what waits in it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import DatabaseError, connection

from rookery import db
from rookery.accounts import people
from rookery.db.fields import now_millis
from rookery.intake import claims, parked
from rookery.ops import schema
from rookery.ops.doctor.findings import Finding, green, red, yellow
from rookery.settings import conf

PART = "database"
_LATE_MS = 60_000


def look() -> tuple[list[Finding], bool]:
    """What was found, and whether the rows may be read."""
    name = "SQLite" if db.is_sqlite() else "PostgreSQL"
    if db.is_sqlite() and not _file_is_there():
        return [red(PART, "there is none yet", "rookery serve or rookery setup makes it")], False
    try:
        shape = schema.look()
    except DatabaseError as error:
        return [
            red(PART, f"{name} does not answer ({type(error).__name__})", "look at ROOKERY_DATABASE_URL")
        ], False
    if shape.unknown:
        return [red(PART, "written by a newer version of Rookery", "install that version")], False
    if shape.pending:
        return [red(PART, f"{len(shape.pending)} migration(s) to run", "rookery serve runs them")], False
    return [green(PART, f"{name}, up to date")], True


def look_inside() -> list[Finding]:
    return [_administrator(), _backlog(), _parked()]


def _file_is_there() -> bool:
    from pathlib import Path

    return Path(str(connection.settings_dict["NAME"])).exists()


def _administrator() -> Finding:
    if people.is_set_up():
        return green("administrator", "there is one")
    todo = "open the address that rookery serve prints at its start, or type: rookery setup"
    return yellow("administrator", "nobody can administer this installation yet", todo)


def _backlog() -> Finding:
    waiting, oldest_ms = claims.backlog()
    if not waiting:
        return green("events", "none waits")
    since = datetime.fromtimestamp(oldest_ms / 1000, UTC)
    words = f"{waiting} wait(s), the oldest since {since:%Y-%m-%d %H:%M} UTC"
    if now_millis() - oldest_ms > _LATE_MS:
        return yellow("events", words, "is the worker running? a backlog after an outage takes a while")
    return green("events", words)


def _parked() -> Finding:
    count = parked.count_parked()
    if not count:
        return green("parked events", "none")
    days = conf.int("KEEP_RAW_DAYS")
    todo = f"rookery events list, or the page /events; parked ones are kept, also after {days} days"
    return yellow("parked events", f"{count} could not be understood", todo)
