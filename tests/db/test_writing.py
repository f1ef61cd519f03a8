"""One way to write: savepoints forget what they recorded, and nobody starves at the gate."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from django.db import connection

from rookery import db, journal
from rookery.db import gate
from rookery.journal.models import Fact


def test_recording_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        journal.record("message.created", account=1)


@pytest.mark.django_db
def test_facts_come_in_order_at_the_end_of_the_transaction() -> None:
    with db.write():
        journal.record("a.b", account=1, message=1)
        assert not Fact.objects.exists()
        journal.record("a.b", account=1, message=2)
    assert list(Fact.objects.order_by("id").values_list("message_id", flat=True)) == [1, 2]


@pytest.mark.django_db
def test_rolled_back_savepoint_takes_its_facts_with_it() -> None:
    with db.write():
        journal.record("a.b", account=1, message=1)
        with pytest.raises(ValueError, match="no"), db.savepoint():
            journal.record("a.b", account=1, message=2)
            raise ValueError("no")
        with pytest.raises(ValueError, match="no"), db.write():
            journal.record("a.b", account=1, message=3)
            raise ValueError("no")
        journal.record("a.b", account=1, message=4)
    assert list(Fact.objects.order_by("id").values_list("message_id", flat=True)) == [1, 4]


@pytest.mark.django_db
def test_failed_transaction_leaves_no_facts_behind() -> None:
    with pytest.raises(ValueError, match="no"), db.write():
        journal.record("a.b", account=1)
        raise ValueError("no")
    with db.write():
        pass
    assert not Fact.objects.exists()
    assert not db.in_write()


def test_gate_lets_the_waiting_one_go_before_the_one_that_comes_back(tmp_path: Path) -> None:
    base = str(tmp_path / "database")
    turns: list[str] = []
    stop = threading.Event()

    def greedy() -> None:
        while not stop.is_set():
            with gate.hold(base):
                turns.append("greedy")
                time.sleep(0.005)

    hungry = threading.Thread(target=greedy)
    hungry.start()
    time.sleep(0.03)
    waits = []
    for _ in range(10):
        started = time.monotonic()
        with gate.hold(base):
            waits.append(time.monotonic() - started)
            turns.append("click")
    stop.set()
    hungry.join()
    between = "".join("c" if turn == "click" else "g" for turn in turns).strip("g").split("c")
    assert max(len(part) for part in between) <= 3, turns


@pytest.mark.sqlite
@pytest.mark.django_db
def test_every_connection_syncs_fully() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2


@pytest.mark.django_db(transaction=True)
def test_write_in_a_callback_after_the_commit_keeps_its_facts() -> None:
    def afterwards() -> None:
        with db.write():
            journal.record("a.b", account=1, message=2)

    with db.write():
        journal.record("a.b", account=1, message=1)
        db.on_commit(afterwards)
    assert list(Fact.objects.order_by("id").values_list("message_id", flat=True)) == [1, 2]
    assert not db.in_write()
