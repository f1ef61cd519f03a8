"""events list and replay."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import rookery

pytestmark = pytest.mark.slow


@pytest.fixture
def parked(home: Path) -> Path:
    """The installation with two parked events and one that is new."""
    database = sqlite3.connect(home / "data" / "rookery.sqlite3")
    for number, state in ((1, 2), (2, 2), (3, 0)):
        database.execute(
            "INSERT INTO intake_rawevent (id, channel_id, received_ms, signature, body, state, attempts, due_ms, error)"
            " VALUES (?, NULL, 1790000000000, x'00', ?, ?, 3, 0, 'Unparsable')",
            (number, b"private words", state),
        )
    database.commit()
    database.close()
    return home


def states(home: Path) -> list[int]:
    database = sqlite3.connect(home / "data" / "rookery.sqlite3")
    try:
        return [row[0] for row in database.execute("SELECT state FROM intake_rawevent ORDER BY id")]
    finally:
        database.close()


def test_list_shows_parked_ones_without_their_content(parked: Path) -> None:
    done = rookery(parked, "events", "list")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["2", "1"]
    assert "Unparsable" in done.stdout
    assert "private" not in done.stdout
    assert "2 parked" in done.stderr


def test_replay_by_number_and_of_all(parked: Path) -> None:
    assert rookery(parked, "events", "replay", "1").returncode == 0
    assert states(parked) == [0, 2, 0]
    done = rookery(parked, "events", "replay", "1", "77")
    assert (done.returncode, done.stderr) == (1, "rookery: not parked: 1, 77\n")
    assert rookery(parked, "events", "replay", "--all").stdout == "1 event(s) will be processed again\n"
    assert states(parked) == [0, 0, 0]


def test_replay_of_nothing_is_asked_back(home: Path) -> None:
    done = rookery(home, "events", "replay")
    assert (done.returncode, done.stderr) == (
        2,
        "rookery: name the events to replay, or --all that are parked\n",
    )


def test_show_prints_the_body_with_secrets_hidden(home: Path) -> None:
    database = sqlite3.connect(home / "data" / "rookery.sqlite3")
    database.execute(
        "INSERT INTO intake_rawevent (id, channel_id, received_ms, signature, body, state, attempts, due_ms, error)"
        " VALUES (9, NULL, 1790000000000, x'00', ?, 2, 3, 0, 'KeyError')",
        (b'{"event":"x","password":"hunter2","payload":{"body":"hello"}}',),
    )
    database.commit()
    database.close()
    shown = rookery(home, "events", "show", "9").stdout
    assert '"body": "hello"' in shown
    assert "hunter2" not in shown
    assert rookery(home, "events", "show", "10").returncode == 1


def test_a_processed_event_is_replayed_when_asked_so(parked: Path) -> None:
    refused = rookery(parked, "events", "replay", "1", "--done")
    assert (refused.returncode, refused.stderr) == (1, "rookery: not processed: 1\n")
