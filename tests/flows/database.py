"""A box's rows, read beside its processes and without its code."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


class Database:
    """Reads a SQLite file or a PostgreSQL database; may hold a lock on it, as a careless program would."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite:")
        self.path = urlsplit(url).path[1:]

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """`?` marks values on both databases."""
        if self.is_sqlite:
            with closing(
                sqlite3.connect(f"file:/{self.path.lstrip('/')}?mode=ro", uri=True, timeout=20)
            ) as connection:
                return connection.execute(query, values).fetchall()
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.replace("?", "%s").encode(), values or None).fetchall()

    def value(self, query: str, *values: Any) -> Any:
        return self.rows(query, *values)[0][0]

    def column(self, query: str, *values: Any) -> list[Any]:
        return [row[0] for row in self.rows(query, *values)]

    @contextmanager
    def locked(self, tables: Sequence[str] = ("intake_rawevent", "conversations_message")) -> Iterator[None]:
        """Nobody can write meanwhile: SQLite's write lock, or an exclusive lock on PostgreSQL's tables."""
        if self.is_sqlite:
            with closing(
                sqlite3.connect(f"/{self.path.lstrip('/')}", timeout=20, isolation_level=None)
            ) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield
                finally:
                    connection.execute("ROLLBACK")
            return
        with psycopg.connect(self.url) as connection:
            for table in tables:
                lock = sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table))
                connection.execute(lock)
            try:
                yield
            finally:
                connection.rollback()
