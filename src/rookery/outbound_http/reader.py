"""Reading an answer with a limit on bytes and on time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx

from rookery.outbound_http.errors import TooMuch

CHUNK = 64 * 1024


class CappedReader:
    """The bytes of a streamed answer, at most `max_bytes` of them. Iterate once.

    Raises TooMuch, before the first byte if the announced length is too long already, and httpx errors.
    """

    def __init__(self, response: httpx.Response, max_bytes: int) -> None:
        self._response = response
        self._max = max_bytes
        self.received = 0
        self.content_type = response.headers.get("content-type", "")
        announced = response.headers.get("content-length", "")
        self.length = (
            int(announced) if announced.isascii() and announced.isdigit() and len(announced) < 19 else None
        )
        if self.length is not None and self.length > max_bytes:
            raise TooMuch(max_bytes)
        if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
            raise httpx.DecodingError("the answer is compressed although that was not asked for")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks():
            self.received += len(chunk)
            if self.received > self._max:
                raise TooMuch(self._max)
            yield chunk

    async def _chunks(self) -> AsyncIterator[bytes]:
        if self._response.is_stream_consumed:  # an answer made in memory, which only tests meet
            yield self._response.content
            return
        async for chunk in self._response.aiter_raw(CHUNK):
            yield chunk


async def read_capped(response: httpx.Response, max_bytes: int) -> bytes:
    """The whole body of a streamed answer, or TooMuch."""
    return b"".join([chunk async for chunk in CappedReader(response, max_bytes)])


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """A limit for a whole call. httpx's own time-outs start anew with every byte that drips in.

    Raises httpx.ReadTimeout: by then the connection stood, for connecting has a shorter limit of its own.
    """
    with anyio.move_on_after(seconds) as scope:
        yield
    if scope.cancelled_caught:
        raise httpx.ReadTimeout("the whole call took too long")
