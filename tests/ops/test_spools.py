"""The spool's format as seen from outside, held against the spool itself."""

from __future__ import annotations

from pathlib import Path

from rookery.intake.records import Record
from rookery.intake.spool import Spool
from rookery.ops import spools

RECORD = Record(1, 1_000, b"s" * 32, b"body")


def test_spool_with_records_is_seen_until_it_is_drained(data_dir: Path) -> None:
    assert spools.waiting() == []
    spool = Spool(data_dir / "spool" / "door-0.spool", 1 << 20)
    assert spools.waiting() == []
    spool.append([RECORD, RECORD])
    assert spools.waiting() == [spool.path]
    spool.drained(spool.end)
    assert spools.waiting() == []
    spool.append([RECORD])
    assert spools.waiting() == [spool.path]
    spool.close()


def test_file_that_is_no_spool_counts_as_empty(data_dir: Path) -> None:
    (data_dir / "spool").mkdir()
    (data_dir / "spool" / "door-0.spool").write_bytes(b"short")
    assert spools.waiting() == []
