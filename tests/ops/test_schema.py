"""The database's shape, its copy, and databases from the future."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from rookery.ops import schema


def test_fresh_test_database_is_current(db: None) -> None:
    assert schema.look().is_current
    assert schema.bring_up_to_date() == ()


def test_database_of_a_newer_version_is_refused_in_words(db: None) -> None:
    MigrationRecorder(connection).record_applied("conversations", "0999_from_the_future")
    found = schema.look()
    assert found.unknown == ("conversations.0999_from_the_future",)
    with pytest.raises(schema.NewerDatabase, match=r"newer version of Rookery.*0999_from_the_future"):
        schema.bring_up_to_date()


def test_migrations_of_somebody_else_do_not_matter(db: None) -> None:
    MigrationRecorder(connection).record_applied("some_other_program", "0001_initial")
    assert schema.look().is_current


def test_missing_migration_is_seen(db: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="journal").delete()
    found = schema.look()
    assert found.pending == ("journal.0001_initial",)
    assert not found.empty


@pytest.mark.sqlite
def test_copy_is_whole_private_and_only_the_newest_three_stay(
    transactional_db: None, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data_dir / "copies"
    folder.mkdir()
    for day in (1, 2, 3):
        (folder / f"before-2020010{day}-000000.sqlite3").write_bytes(b"old")
    made = schema.copy_database()
    assert made is not None
    assert made.stat().st_mode & 0o077 == 0
    copy = sqlite3.connect(made)
    assert copy.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 0
    copy.close()
    left = sorted(path.name for path in folder.iterdir())
    assert left == ["before-20200102-000000.sqlite3", "before-20200103-000000.sqlite3", made.name]
