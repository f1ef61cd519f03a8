"""Group commit, and the spool when the database is away."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rookery.intake import writer
from rookery.intake.door import Door
from rookery.intake.models import RawEvent
from rookery.intake.records import Record, insert
from rookery.telemetry import metrics
from tests.intake.caller import Caller, sign
from tests.intake.conftest import event, in_thread, until


def bodies() -> list[bytes]:
    return [bytes(body) for body in RawEvent.objects.order_by("id").values_list("body", flat=True)]


async def test_deliveries_share_a_commit_when_they_arrive_together(
    call: Caller, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []

    def counting(records: list[Record]) -> None:
        groups.append(len(records))
        insert(records)

    monkeypatch.setattr(writer, "insert", counting)
    sent = [event(n=number) for number in range(200)]
    replies = await asyncio.gather(*(call(body) for body in sent))
    assert {reply.word for reply in replies} == {"accepted"}
    assert sum(groups) == 200
    assert len(groups) < 50
    assert sorted(await in_thread(bodies)) == sorted(sent)


async def test_answer_comes_after_the_commit_when_it_is_accepted(call: Caller, door: Door) -> None:
    await call(event())
    assert await in_thread(RawEvent.objects.count) == 1
    assert not door.store.spooling


@pytest.mark.parametrize("count", [1, 7, 8, 9, 41, 128, 300])
def test_every_record_is_inserted_when_groups_have_odd_sizes(transactional_db: None, count: int) -> None:
    from rookery import db

    records = [Record(3, number, bytes([number % 256]) * 32, b"%d" % number) for number in range(count)]
    with db.write():
        insert(records)
    rows = RawEvent.objects.order_by("id").values_list(
        "received_ms", "signature", "body", "state", "attempts"
    )
    assert [(ms, bytes(sig), bytes(body), *rest) for ms, sig, body, *rest in rows] == [
        (ms, sig, body, 0, 0) for _, ms, sig, body in records
    ]


@pytest.fixture
def lock(channel: Any) -> Any:
    """Holds the database's write lock from outside, as a migration or a stuck process would."""
    assert connection.vendor == "sqlite"  # elsewhere the tests are left out by their mark
    held = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    yield held
    held.close()


@pytest.mark.sqlite
async def test_nothing_is_lost_and_answers_are_quick_when_the_database_is_locked(
    call: Caller, door: Door, lock: sqlite3.Connection
) -> None:
    before = metrics.webhooks_spooled._value.get()
    lock.execute("BEGIN IMMEDIATE")
    first = [event(n=number) for number in range(20)]
    begun = time.monotonic()
    assert {reply.word for reply in await asyncio.gather(*map(call, first))} == {"accepted"}
    assert time.monotonic() - begun < 1.0
    assert door.store.spooling
    begun = time.monotonic()
    second = [event(n=100 + number) for number in range(20)]
    for body in second:
        assert (await call(body)).word == "accepted"
    assert time.monotonic() - begun < 1.0, "in spool mode nobody waits half a second"
    assert metrics.webhooks_spooled._value.get() - before == 40
    lock.execute("ROLLBACK")
    await until(lambda: not door.store.spooling and not door.store.spooled_bytes, 25)
    assert await in_thread(bodies) == [*first, *second]
    assert (await call(event(n=999))).word == "accepted"
    assert not door.store.spooling


@pytest.mark.sqlite
async def test_spool_is_drained_when_the_next_process_finds_it(
    channel: Any, data_dir: Path, phone: str
) -> None:
    from rookery.intake.listing import write_door_file

    await in_thread(write_door_file)
    first = Door(data_dir / "spool", spool_size=65536)
    await first.start()  # never opened: the database is not touched
    for number in range(5):
        assert (await Caller(first, phone)(event(n=number))).word == "accepted"
    await first.stop()
    assert await in_thread(RawEvent.objects.count) == 0
    second = Door(data_dir / "spool", spool_size=65536)
    await second.start()
    await second.open()
    await until(lambda: not second.store.spooled_bytes)
    await second.stop()
    assert await in_thread(bodies) == [event(n=number) for number in range(5)]


async def test_spool_of_a_dead_process_is_drained_when_another_one_lives(
    channel: Any, data_dir: Path, phone: str
) -> None:
    from rookery.intake.spool import Spool

    data_dir.joinpath("spool").mkdir()
    own = Spool(data_dir / "spool" / "door-0.spool", 65536)
    dead = Spool(data_dir / "spool" / "door-1.spool", 65536)
    dead.append([Record(channel.pk, 1, b"s" * 32, b"left behind")])
    dead.close()
    own.close()
    door = Door(data_dir / "spool", spool_size=65536)
    await door.start()
    await door.open()
    await until(lambda: not dead.path.exists())
    await door.stop()
    assert await in_thread(bodies) == [b"left behind"]


async def test_answer_is_503_when_neither_database_nor_spool_take_it(
    channel: Any, data_dir: Path, phone: str
) -> None:
    from rookery.intake.listing import write_door_file

    await in_thread(write_door_file)
    door = Door(data_dir / "spool", spool_size=8192)
    await door.start()
    replies = [(await Caller(door, phone)(event(pad="x" * 1500, n=number))).status for number in range(4)]
    await door.stop()
    assert replies == [200, 200, 503, 503]


async def test_door_is_open_with_nothing_but_its_file_when_no_folder_for_spools_can_be_made(
    channel: Any, data_dir: Path, phone: str
) -> None:
    (data_dir / "spool").write_text("in the way")
    door = Door(data_dir / "spool", spool_size=8192)
    await door.start()
    await door.open()
    await until(lambda: not door.store.spooling)
    assert (await Caller(door, phone)(event())).status == 200
    await door.stop()


async def test_failed_insert_goes_to_the_spool_when_the_database_is_full(
    call: Caller, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def full(records: list[Record]) -> None:
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(writer, "insert", full)
        begun = time.monotonic()
        assert (await call(event(n=1))).word == "accepted"
        assert time.monotonic() - begun < 0.4
        assert door.store.spooling
        assert (await call(event(n=2))).word == "accepted"
        await asyncio.sleep(1.2)  # a probe, in vain
        assert door.store.spooling
    await until(lambda: not door.store.spooling and not door.store.spooled_bytes)
    assert await in_thread(bodies) == [event(n=1), event(n=2)]


async def test_signature_is_kept_when_it_went_through_the_spool(
    channel: Any, data_dir: Path, phone: str
) -> None:
    from rookery.intake.listing import write_door_file

    await in_thread(write_door_file)
    door = Door(data_dir / "spool", spool_size=65536)
    await door.start()
    await Caller(door, phone)(event())
    await door.open()
    await until(lambda: not door.store.spooled_bytes)
    await door.stop()
    row = await in_thread(RawEvent.objects.get)
    assert (row.channel_id, bytes(row.signature).hex()) == (channel.pk, sign(event())[7:])
