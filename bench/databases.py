"""A database of its own for every measurement, and copies of it for the floors."""

from __future__ import annotations

import secrets
import sqlite3
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


def make(server: str) -> str:
    """A new, empty database on the PostgreSQL server of this URL; its URL."""
    name = f"rookery_bench_{secrets.token_hex(4)}"
    _on(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return _named(server, name)


def drop(url: str) -> None:
    """Delete a database that `make` or `copy` made, whoever is still connected."""
    _on(url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_name(url))))


def copy(url: str, path: Path) -> str:
    """A copy of Django's database with everything in it: a PostgreSQL URL, or for SQLite the file `path`.

    Closes Django's connection first, since PostgreSQL copies only what nobody uses.
    """
    from django.db import connection

    if not url:
        with sqlite3.connect(str(connection.settings_dict["NAME"])) as source:
            source.execute("VACUUM INTO ?", [str(path)])
        source.close()
        return str(path)
    connection.close()
    name = f"{_name(url)}_{secrets.token_hex(2)}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    _on(url, statement.format(sql.Identifier(name), sql.Identifier(_name(url))))
    return _named(url, name)


def _on(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(_named(url, "postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _name(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
