"""setup and user."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import PASSWORD, rookery

pytestmark = pytest.mark.slow


def rows(home: Path, statement: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(f"file:{home / 'data' / 'rookery.sqlite3'}?mode=ro", uri=True)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def test_setup_makes_a_private_folder_keys_and_the_administrator(home: Path) -> None:
    data = home / "data"
    assert data.stat().st_mode & 0o077 == 0
    for name in ("secret_key", "encryption_key", "rookery.sqlite3", "door.json"):
        assert (data / name).stat().st_mode & 0o077 == 0, name
    assert rows(home, "SELECT role FROM accounts_membership") == [("administrator",)]
    assert rows(home, "SELECT name FROM accounts_account") == [("Shop",)]


def test_setup_a_second_time_changes_nothing(home: Path) -> None:
    done = rookery(home, "setup", "--email", "other@example.com", "--password-file", "password")
    assert (done.returncode, "already" in done.stdout) == (0, True)
    assert rows(home, "SELECT count(*) FROM accounts_user") == [(1,)]


@pytest.mark.slow
def test_setup_refuses_a_weak_password_and_a_bad_address(tmp_path: Path) -> None:
    (tmp_path / "weak").write_text("1234\n")
    done = rookery(tmp_path, "setup", "--email", "a@example.com", "--password-file", "weak")
    assert (done.returncode, "too short" in done.stderr) == (1, True)
    (tmp_path / "good").write_text(PASSWORD)
    done = rookery(tmp_path, "setup", "--email", "nonsense", "--password-file", "good")
    assert (done.returncode, done.stderr) == (1, "rookery: Enter a valid email address.\n")
    done = rookery(tmp_path, "setup")
    assert (done.returncode, "--email and --password-file" in done.stderr) == (1, True)


def test_token_is_printed_alone_and_only_its_digest_is_kept(home: Path) -> None:
    done = rookery(home, "user", "token", "admin@example.com")
    token = done.stdout.strip()
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{token}\n")
    assert len(token) > 30
    assert " " not in token
    assert token.encode() not in (home / "data" / "rookery.sqlite3").read_bytes()


def test_stranger_gets_no_token(home: Path) -> None:
    done = rookery(home, "user", "token", "nobody@example.com")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nobody signs in as nobody@example.com" in done.stderr


def test_person_is_added_with_a_password_from_standard_input(home: Path) -> None:
    done = rookery(
        home, "user", "add", "Bea@example.com", "--name", "Bea", "--password-file", "-", text=PASSWORD
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(
        home,
        "SELECT u.email, u.name, m.role FROM accounts_user u JOIN accounts_membership m ON m.user_id = u.id",
    ) == [
        ("admin@example.com", "admin", "administrator"),
        ("bea@example.com", "Bea", "agent"),
    ]


def test_password_is_set_anew(home: Path) -> None:
    before = rows(home, "SELECT password FROM accounts_user")
    (home / "next").write_text("another horse battery")
    done = rookery(home, "user", "password", "admin@example.com", "--password-file", "next")
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(home, "SELECT password FROM accounts_user") != before


def test_password_is_never_an_argument(home: Path) -> None:
    done = rookery(home, "user", "add", "a@example.com", "--password", PASSWORD)
    assert done.returncode == 2
    done = rookery(home, "user", "add", "a@example.com")
    assert (done.returncode, "--password-file" in done.stderr) == (1, True)
    done = rookery(home, "user", "add", "a@example.com", "--password-file", "missing")
    assert (done.returncode, "cannot read the password file missing" in done.stderr) == (1, True)
