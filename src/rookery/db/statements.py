"""Running hand-written statements: `%s` marks and Django's exceptions, without what Django's cursor costs.

The cursor's wrappers took a quarter of an event's time: it converts the marks of a text anew each time.
When queries are logged (some tests, DEBUG), Django's own cursor runs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Row = tuple[Any, ...]

# Nearly a third of the server's time for a message went into planning. There are more statements than psycopg's own 100,
# because each set of parameter types counts.
_PREPARED_AFTER = 5
_MOST_PREPARED = 400


def one(statement: str, params: Sequence[Any]) -> Row | None:
    """First row, or None. Raises django.db.Error, as the others here."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    with wrapper.wrap_database_errors:
        row: Row | None = _execute(wrapper, statement, params).fetchone()
        return row


def rows(statement: str, params: Sequence[Any]) -> list[Row]:
    """All rows."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    with wrapper.wrap_database_errors:
        return list(_execute(wrapper, statement, params).fetchall())


def run(statement: str, params: Sequence[Any]) -> int:
    """Execute; how many rows it changed."""
    wrapper = connections[DEFAULT_DB_ALIAS]
    with wrapper.wrap_database_errors:
        return int(_execute(wrapper, statement, params).rowcount)


def _execute(wrapper: BaseDatabaseWrapper, statement: str, params: Sequence[Any]) -> Any:
    wrapper.close_if_health_check_failed()
    raw: Any = wrapper.connection
    if raw is None or wrapper.queries_logged:
        cursor = wrapper.cursor()
        cursor.execute(statement, params)
        return cursor
    wrapper.validate_no_broken_transaction()
    if wrapper.vendor == "sqlite":
        return raw.execute(_marked(statement), params)
    import psycopg

    if raw.prepare_threshold is None:  # Django's default: never
        raw.prepare_threshold, raw.prepared_max = _PREPARED_AFTER, _MOST_PREPARED
    # Django's own cursor writes the values into the text, so that no statement is ever met again.
    return psycopg.Cursor(raw).execute(statement, params)


@lru_cache(maxsize=1024)
def _marked(statement: str) -> str:
    """The statement with SQLite's marks."""
    return statement.replace("%s", "?").replace("%%", "%")
