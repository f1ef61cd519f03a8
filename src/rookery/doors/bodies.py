"""Request bodies are whole before a thread takes a request: small ones in memory, large ones on disk.

Only who is signed in, or holds a token, may send more than 64 KiB. No deadline here can be stretched by
sending a byte now and then: a small body has twenty seconds in all, a large one a pause of at most twenty
seconds and a minimum speed.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import IO

from rookery.doors.asgi_types import Message, Receive, Scope, header

SMALL = 64 * 1024
DEADLINE = 20.0  # seconds for a small body, and for the next piece of a large one
SLOWEST = 16 * 1024  # bytes a second
MOST_AT_ONCE = 8
LEAVE_FREE = 200 * 1024 * 1024
_PIECE = 1024 * 1024


class BodyRefused(Exception):
    """The request cannot be taken; `status` 0: the sender has gone."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Body:
    """A whole body. Close it."""

    def __init__(self, file: IO[bytes], size: int, *, on_disk: bool) -> None:
        self.file = file
        self.size = size
        self.on_disk = on_disk

    def close(self) -> None:
        self.file.close()


class Bodies:
    """Collects bodies. `may_upload(scope)` says whether the sender of a large one is known to us."""

    def __init__(self, folder: Path, most: int, may_upload: Callable[[Scope], Awaitable[bool]]) -> None:
        self._folder = folder
        self._most = most
        self._may_upload = may_upload
        self._uploads = 0

    async def collect(self, scope: Scope, receive: Receive) -> Body:
        """The body. Raises BodyRefused."""
        declared = _declared(scope)
        if declared > self._most:
            raise BodyRefused(413, "too large")
        pieces: list[bytes] = []
        size, more = 0, True
        if declared <= SMALL:
            try:
                async with asyncio.timeout(DEADLINE):
                    while more and size <= SMALL:
                        chunk, more = _piece(await receive())
                        pieces.append(chunk)
                        size += len(chunk)
            except TimeoutError:
                raise BodyRefused(408, "the body did not arrive in time") from None
            if not more and size <= SMALL:
                return Body(BytesIO(b"".join(pieces)), size, on_disk=False)
        return await self._upload(scope, receive, b"".join(pieces), more=more, declared=declared)

    async def _upload(
        self, scope: Scope, receive: Receive, begun: bytes, *, more: bool, declared: int
    ) -> Body:
        if not await self._may_upload(scope):
            raise BodyRefused(413, "too large for somebody who is not signed in")
        if self._uploads >= MOST_AT_ONCE:
            raise BodyRefused(503, "too many uploads at once")
        self._uploads += 1
        try:
            return await self._to_disk(receive, begun, more, declared)
        except OSError as error:
            raise BodyRefused(507, "no room on the disk") from error
        finally:
            self._uploads -= 1

    async def _to_disk(self, receive: Receive, begun: bytes, more: bool, declared: int) -> Body:
        file = await asyncio.to_thread(self._open, declared)
        try:
            size = await self._fill(file, receive, begun, more)
        except BaseException:
            file.close()
            raise
        return Body(file, size, on_disk=True)

    async def _fill(self, file: IO[bytes], receive: Receive, begun: bytes, more: bool) -> int:
        buffer, size, since = bytearray(begun), len(begun), monotonic()
        while True:
            if len(buffer) >= _PIECE or not more:
                await asyncio.to_thread(file.write, bytes(buffer))
                buffer.clear()
            if not more:
                break
            try:
                async with asyncio.timeout(DEADLINE):
                    chunk, more = _piece(await receive())
            except TimeoutError:
                raise BodyRefused(408, "the body stopped arriving") from None
            buffer += chunk
            size += len(chunk)
            if size > self._most:
                raise BodyRefused(413, "too large")
            if monotonic() - since > DEADLINE + size / SLOWEST:
                raise BodyRefused(408, "the body arrived too slowly")
        await asyncio.to_thread(file.seek, 0)
        return size

    def _open(self, declared: int) -> IO[bytes]:
        """A file without a name: whatever happens, it is gone with this process."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self._folder).free - declared < LEAVE_FREE:
            raise OSError("hardly any space left")
        return tempfile.TemporaryFile(dir=self._folder)


def _declared(scope: Scope) -> int:
    value = header(scope["headers"], b"content-length")
    return int(value) if value.isdigit() and len(value) < 19 else 0


def _piece(message: Message) -> tuple[bytes, bool]:
    if message["type"] != "http.request":
        raise BodyRefused(0)
    return message.get("body", b""), message.get("more_body", False)
