"""The spool: a preallocated file that takes verified deliveries while the database takes none.

    header   magic (8) · generation (8) · checksum (4), in the first 4096 bytes
    record   length of payload (4) · checksum (4) · generation (8) · payload
    payload  channel id (8) · received, epoch ms (8) · signature (32) · body

Records follow each other from byte 4096 on. The first one that does not check ends the file: a record torn by
`kill -9` or a power cut was never acknowledged. Once everything is in the database the generation goes up,
which empties the file without touching it. Draining twice is harmless (SeenEvent).
"""

from __future__ import annotations

import fcntl
import logging
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from zlib import crc32

from rookery.intake.records import Record

log = logging.getLogger(__name__)

SIZE = 64 * 1024 * 1024
_MAGIC = b"ROOKSPL1"
_HEADER = struct.Struct("<8sQI")
_HEAD = struct.Struct("<IIQ")
_BODY = struct.Struct("<qq32s")
_START = 4096


class SpoolBusy(Exception):
    """Another process holds this file."""


class Spool:
    """One file, held by a lock that ends with the process. Appending and draining may be different threads."""

    def __init__(self, path: Path, size: int = SIZE) -> None:
        """Open or make the file. Raises SpoolBusy, and OSError when the disk has no room for it."""
        self.path = path
        self._lock = Lock()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SpoolBusy(path.name) from error
            if os.fstat(self._file).st_nlink == 0:
                raise SpoolBusy(path.name)  # drained and removed by another process before we had the lock
            self._open(size)
        except BaseException:
            os.close(self._file)
            raise

    def _open(self, size: int) -> None:
        self._size = max(size, os.fstat(self._file).st_size)
        if os.fstat(self._file).st_size < self._size:
            os.posix_fallocate(self._file, 0, self._size)
        magic, generation, checksum = _HEADER.unpack(os.pread(self._file, _HEADER.size, 0))
        if magic == _MAGIC and checksum == crc32(generation.to_bytes(8, "little")):
            self._generation = generation
        else:
            self._generation = 1
            self._write_header()
        self._drained = self._end = _START
        for _, end in self._scan(_START):
            self._end = end

    @property
    def waiting(self) -> int:
        """Bytes that are not in the database yet."""
        return self._end - self._drained

    @property
    def end(self) -> int:
        """The mark behind the last record."""
        return self._end

    def append(self, records: Sequence[Record]) -> int:
        """Make as many of the records durable as there is room for, with one fdatasync; returns how many.

        Raises OSError when the disk fails; then none of them counts as kept.
        """
        with self._lock:
            packed: list[bytes] = []
            end = self._end
            for record in records:
                item = self._pack(record)
                if end + len(item) > self._size:
                    break
                packed.append(item)
                end += len(item)
            if packed:
                _write_all(self._file, b"".join(packed), self._end)
                os.fdatasync(self._file)
                self._end = end
            return len(packed)

    def read(self, limit: int, max_bytes: int) -> tuple[list[Record], int]:
        """The oldest undrained records, at most `limit` and about `max_bytes`, and the mark behind them."""
        found: list[Record] = []
        total, mark = 0, self._drained
        for record, end in self._scan(self._drained, self._end):
            if found and (len(found) >= limit or total + len(record.body) > max_bytes):
                break
            found.append(record)
            total += len(record.body)
            mark = end
        return found, mark

    def drained(self, mark: int) -> None:
        """Everything before `mark` is in the database. A file without anything behind it starts afresh."""
        with self._lock:
            self._drained = mark
            if mark >= self._end and mark > _START:
                self._generation += 1
                self._write_header()
                self._drained = self._end = _START

    def close(self) -> None:
        """Let go of the file; what waits in it stays for the next process."""
        with suppress(OSError):
            os.close(self._file)

    def _pack(self, record: Record) -> bytes:
        payload = _BODY.pack(record.channel_id, record.received_ms, record.signature) + record.body
        return _HEAD.pack(len(payload), self._checksum(payload), self._generation) + payload

    def _checksum(self, payload: bytes) -> int:
        return crc32(payload, crc32(self._generation.to_bytes(8, "little")))

    def _scan(self, start: int, until: int | None = None) -> Iterator[tuple[Record, int]]:
        """Whole records from `start` on, each with the place behind it."""
        until = self._size if until is None else until
        while start + _HEAD.size + _BODY.size <= until:
            length, checksum, generation = _HEAD.unpack(os.pread(self._file, _HEAD.size, start))
            end = start + _HEAD.size + length
            if generation != self._generation or length < _BODY.size or end > until:
                return
            payload = os.pread(self._file, length, start + _HEAD.size)
            if len(payload) != length or self._checksum(payload) != checksum:
                log.warning("the last record of the spool is torn; it was never acknowledged")
                return
            channel_id, received_ms, signature = _BODY.unpack_from(payload)
            yield Record(channel_id, received_ms, signature, payload[_BODY.size :]), end
            start = end

    def _write_header(self) -> None:
        checksum = crc32(self._generation.to_bytes(8, "little"))
        _write_all(self._file, _HEADER.pack(_MAGIC, self._generation, checksum), 0)
        os.fdatasync(self._file)


def _write_all(file: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, at)
        view, at = view[written:], at + written


def open_own(folder: Path, size: int = SIZE) -> Spool:
    """This process's spool: the first file of the folder that nobody holds, with whatever waits in it."""
    number = 0
    while True:
        try:
            return Spool(folder / f"door-{number}.spool", size)
        except SpoolBusy:
            number += 1


def open_left(folder: Path, own: Spool | None) -> list[Spool]:
    """Spools of processes that ended; whoever drains one removes it."""
    found: list[Spool] = []
    for path in sorted(folder.glob("door-*.spool")):
        if own is not None and path == own.path:
            continue
        with suppress(SpoolBusy, OSError):
            found.append(Spool(path, 0))
    return found
