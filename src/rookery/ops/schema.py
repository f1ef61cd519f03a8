"""The database's shape: is it the one this version needs, and making it so.

Migrations run while the data folder's lock is held (`locks.ProcessLock("serve")`), on PostgreSQL under an
advisory lock besides, and after a copy of a SQLite database. Each migration is one transaction on both
databases, so a process killed half-way leaves the shape before or after one, and the next start goes on.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from rookery import db
from rookery.settings import conf

log = logging.getLogger(__name__)

COPIES = 3
_LOCK = 0x526F6F6B4D6967  # "RookMig"
_PAGES_A_STEP = 2000


class NewerDatabase(Exception):
    """The database was written by a newer version of Rookery; this one must not touch it."""


@dataclass(frozen=True, slots=True)
class Schema:
    """`pending`: migrations to run; `unknown`: migrations that ran and that this version does not have."""

    pending: tuple[str, ...]
    unknown: tuple[str, ...]
    empty: bool

    @property
    def is_current(self) -> bool:
        return not self.pending and not self.unknown


def look() -> Schema:
    """Compare the database with the code. Raises django.db.Error when there is none to ask."""
    executor = MigrationExecutor(connection)
    loader = executor.loader
    ours = {config.label for config in apps.get_app_configs()}
    unknown = [key for key in loader.applied_migrations if key[0] in ours and key not in loader.graph.nodes]
    replaced = {old for migration in loader.disk_migrations.values() for old in migration.replaces}
    plan = executor.migration_plan(loader.graph.leaf_nodes())
    return Schema(
        pending=tuple(f"{migration.app_label}.{migration.name}" for migration, _backwards in plan),
        unknown=tuple(".".join(key) for key in sorted(set(unknown) - replaced)),
        empty=not loader.applied_migrations,
    )


def refuse_newer(schema: Schema) -> None:
    """Raises NewerDatabase, in words."""
    if schema.unknown:
        raise NewerDatabase(
            "this database was written by a newer version of Rookery "
            f"({schema.unknown[0]} is unknown here). Install that version, or restore an older copy"
        )


def bring_up_to_date() -> tuple[str, ...]:
    """Run what is pending; the names of it. Raises NewerDatabase; OSError when there is no room for the copy."""
    with _alone():
        schema = look()
        refuse_newer(schema)
        if not schema.pending:
            return ()
        if not schema.empty:
            copy = copy_database()
            extra = {"migrations": len(schema.pending), "copy": str(copy or "")}
            log.info("the database is brought up to date", extra=extra)
        call_command("migrate", interactive=False, verbosity=0)
    return schema.pending


def copy_database() -> Path | None:
    """Copy a SQLite database into `copies` of the data folder, keeping the newest COPIES; None on PostgreSQL."""
    if not db.is_sqlite():
        return None
    folder = conf.path("DATA_DIR") / "copies"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"before-{datetime.now(UTC):%Y%m%d-%H%M%S}.sqlite3"
    draft = target.with_suffix(".part")
    source = Path(str(connection.settings_dict["NAME"]))
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as original:
            os.close(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600))
            with closing(sqlite3.connect(draft)) as copy:
                original.backup(copy, pages=_PAGES_A_STEP)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    for old in sorted(folder.glob("before-*.sqlite3"))[:-COPIES]:
        old.unlink(missing_ok=True)
    return target


@contextmanager
def _alone() -> Iterator[None]:
    """On PostgreSQL several machines may start at once: the second waits for the first and finds nothing to do."""
    if db.is_sqlite():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
