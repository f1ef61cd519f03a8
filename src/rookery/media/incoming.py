"""A file on its way in: a temporary file that is counted and digested while it is written."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from collections.abc import AsyncIterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from rookery.media import places, sniff, space
from rookery.media.errors import NoSpace, TooLarge

SUFFIX: Final = ".part"
_CHUNK: Final = 256 * 1024
_CHECK_SPACE_EVERY: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A complete file that is still temporary. `head` is its beginning."""

    path: Path
    size: int
    sha256: bytes
    type: str
    head: bytes


class Incoming:
    """Write chunks, then `finish()`. Leaving the block removes the file if nobody moved it away.

    Raises NoSpace (when made and while it grows), TooLarge above `limit` bytes, OSError.
    """

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._digest = hashlib.sha256()
        self._head = bytearray()
        self._checked = 0
        self._check_space()
        folder = places.incoming()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / (secrets.token_hex(12) + SUFFIX)
        self._file: BinaryIO | None = os.fdopen(
            os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "wb"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def write(self, chunk: bytes) -> None:
        assert self._file is not None
        self.size += len(chunk)
        if self.size > self.limit:
            raise TooLarge(limit=self.limit)
        if self.size - self._checked > _CHECK_SPACE_EVERY:
            self._check_space()
        if len(self._head) < sniff.HEAD:
            self._head += chunk[: sniff.HEAD - len(self._head)]
        self._digest.update(chunk)
        self._file.write(chunk)

    def take(self, source: BinaryIO) -> None:
        """Read `source` to its end."""
        while chunk := source.read(_CHUNK):
            self.write(chunk)

    async def take_stream(self, source: AsyncIterable[bytes]) -> None:
        """Read `source` to its end; the disk is touched in a thread, in large pieces."""
        pending = bytearray()
        async for chunk in source:
            if self.size + len(pending) + len(chunk) > self.limit:
                raise TooLarge(limit=self.limit)
            pending += chunk
            if len(pending) >= _CHUNK:
                await asyncio.to_thread(self.write, bytes(pending))
                pending.clear()
        await asyncio.to_thread(self.write, bytes(pending))

    def finish(self, name: str = "") -> Received:
        """Everything is on the disk, durably. May be asked again."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
        head = bytes(self._head)
        found = sniff.refine(sniff.sniff(head), name)
        return Received(self.path, self.size, self._digest.digest(), found, head)

    def discard(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)

    def _check_space(self) -> None:
        self._checked = self.size
        if not space.allows():
            raise NoSpace


def move(source: Path, target: Path) -> None:
    """Rename within one disk so that a power cut leaves either none or all of it; the folder is private."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
    for folder in (target.parent, target.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
