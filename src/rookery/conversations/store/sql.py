"""Running the hand-written statements."""

from __future__ import annotations

from django.db import connection

from rookery.db.statements import Row, one, rows, run

__all__ = ["Row", "locked", "marks", "one", "rows", "run"]


def marks(count: int) -> str:
    """`%s,%s,...` for an IN list."""
    return ",".join(["%s"] * count)


def locked(statement: str) -> str:
    """The same SELECT with its rows locked on PostgreSQL; SQLite has one writer and needs none."""
    return f"{statement} FOR UPDATE" if connection.vendor == "postgresql" else statement
