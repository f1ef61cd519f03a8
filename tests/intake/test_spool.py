"""The spool's file: what was acknowledged survives, what was torn is skipped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rookery.intake.records import Record
from rookery.intake.spool import Spool, SpoolBusy, open_left, open_own

SIZE = 64 * 1024


def record(number: int, body: bytes = b"{}") -> Record:
    return Record(7, 1_700_000_000_000 + number, bytes([number % 256]) * 32, body)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "door-0.spool", SIZE)
    yield made
    made.close()


def reopened(spool: Spool) -> Spool:
    """As the next process finds it."""
    spool.close()
    return Spool(spool.path, SIZE)


def all_of(spool: Spool) -> list[Record]:
    return spool.read(10_000, 1 << 30)[0]


def test_records_come_back_when_the_file_is_opened_again(spool: Spool) -> None:
    records = [record(1, b"one"), record(2, b""), record(3, bytes(range(256)))]
    assert spool.append(records[:2]) == 2
    assert spool.append(records[2:]) == 1
    assert all_of(spool) == records
    again = reopened(spool)
    assert all_of(again) == records
    assert again.append([record(4)]) == 1
    assert all_of(again) == [*records, record(4)]
    again.close()


@pytest.mark.parametrize("cut", [1, 8, 17, 60])
def test_torn_last_record_is_skipped_when_the_process_died_writing_it(spool: Spool, cut: int) -> None:
    spool.append([record(1, b"kept")])
    whole = spool.end
    spool.append([record(2, b"torn" * 10)])
    end = spool.end
    spool.close()
    with spool.path.open("r+b") as file:
        file.seek(end - cut)
        file.write(b"\x00" * cut)
    again = Spool(spool.path, SIZE)
    assert all_of(again) == [record(1, b"kept")]
    assert again.end == whole
    again.append([record(3)])
    assert all_of(again) == [record(1, b"kept"), record(3)]
    again.close()


def test_changed_byte_ends_the_file_when_it_is_read_again(spool: Spool) -> None:
    spool.append([record(1, b"a" * 50), record(2, b"b" * 50)])
    spool.close()
    with spool.path.open("r+b") as file:
        file.seek(4096 + 16 + 48 + 10)
        file.write(b"X")
    again = Spool(spool.path, SIZE)
    assert all_of(again) == []
    again.close()


def test_file_starts_afresh_when_everything_is_drained(spool: Spool) -> None:
    spool.append([record(1), record(2)])
    records, mark = spool.read(1, 1 << 20)
    assert records == [record(1)]
    spool.drained(mark)
    assert spool.waiting > 0
    records, mark = spool.read(10, 1 << 20)
    assert records == [record(2)]
    spool.append([record(3)])
    spool.drained(mark)
    assert all_of(spool) == [record(3)], "what came meanwhile stays"
    spool.drained(spool.end)
    assert (spool.waiting, spool.end) == (0, 4096)
    again = reopened(spool)
    assert all_of(again) == [], "old records do not come back"
    again.close()


def test_only_what_fits_is_taken_when_the_file_is_full(spool: Spool) -> None:
    big = [record(number, b"x" * 20_000) for number in range(5)]
    assert spool.append(big) == 3
    assert spool.append([record(9, b"small")]) == 0 or spool.waiting <= SIZE
    assert all_of(spool)[:3] == big[:3]
    assert spool.path.stat().st_size == SIZE


def test_batches_are_bounded_when_bodies_are_large(spool: Spool) -> None:
    spool.append([record(number, b"x" * 10_000) for number in range(4)])
    assert [len(part) for part in (spool.read(10, 25_000)[0], spool.read(10, 1)[0], spool.read(3, 1 << 30)[0])] == [
        2, 1, 3,
    ]  # fmt: skip


def test_file_belongs_to_one_process_when_two_open_a_folder(tmp_path: Path) -> None:
    first = open_own(tmp_path, SIZE)
    second = open_own(tmp_path, SIZE)
    assert first.path != second.path
    with pytest.raises(SpoolBusy):
        Spool(first.path, SIZE)
    second.append([record(1)])
    second.close()
    (left,) = open_left(tmp_path, first)
    assert all_of(left) == [record(1)]
    left.close()
    first.close()


_WRITER = """
import sys
from pathlib import Path
from rookery.intake.records import Record
from rookery.intake.spool import Spool
spool, number = Spool(Path(sys.argv[1]), 4 * 1024 * 1024), 0
while True:
    spool.append([Record(1, number, b"s" * 32, b"body %d" % number)])
    print(number, flush=True)
    number += 1
"""


def test_every_acknowledged_record_is_there_when_the_process_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "door-0.spool"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for _ in range(3):
        path.unlink(missing_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, env=environment, text=True
        )
        assert process.stdout is not None
        for _ in range(20):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        last = max([last, *(int(line) for line in process.stdout.read().split()[:-1])])
        process.stdout.close()
        process.wait()
        spool = Spool(path, SIZE)
        bodies = [found.body for found in all_of(spool)]
        spool.close()
        assert bodies[: last + 1] == [b"body %d" % number for number in range(last + 1)]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.binary(max_size=300), max_size=12), st.integers(0, 5000), st.binary(min_size=1, max_size=40)
)
def test_damage_never_invents_a_record_when_bytes_change(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], place: int, damage: bytes
) -> None:
    path = tmp_path_factory.mktemp("spool") / "door-0.spool"
    spool = Spool(path, 16 * 1024)
    records = [record(number, body) for number, body in enumerate(bodies)]
    spool.append(records)
    spool.close()
    with path.open("r+b") as file:
        file.seek(4096 + place)
        file.write(damage)
    again = Spool(path, 16 * 1024)
    found = all_of(again)
    again.close()
    assert found == records[: len(found)]
