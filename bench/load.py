"""A load generator: keep-alive connections that each send one prepared request after the other.

It knows just enough HTTP to find the end of an answer with a Content-Length, so that it costs less than what it measures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvloop


@dataclass(slots=True)
class Outcome:
    """What happened: seconds it took, seconds each answer took, answers that were not 200."""

    seconds: float = 0.0
    answers: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], until: float, outcome: Outcome) -> None:
        self._requests, self._until, self._outcome = requests, until, outcome
        self._received = b""
        self._sent_at = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        head = received.find(b"\r\n\r\n")
        if head < 0 or len(received) < head + 4 + _length(received, head):
            self._received = received
            return
        self._received = b""
        now = time.perf_counter()
        self._outcome.answers.append(now - self._sent_at)
        if received[9:12] != b"200":
            self._outcome.refused += 1
        self._send(now)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("the server closed a connection"))

    def _send(self, now: float = 0.0) -> None:
        self._sent_at = now or time.perf_counter()
        request = next(self._requests, None) if self._sent_at < self._until else None
        if request is not None:
            self._transport.write(request)
        elif not self.ended.done():
            self.ended.set_result(None)
            self._transport.close()


_heads: dict[bytes, int] = {}


def _length(received: bytes, end: int) -> int:
    """Content-Length of an answer; heads repeat, so each is read once."""
    head = received[:end]
    known = _heads.get(head)
    if known is None:
        lines = head.lower().split(b"\r\n")
        known = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        if len(_heads) < 1_000:
            _heads[head] = known
    return known


def run(port: int, requests: Iterator[bytes], seconds: float, connections: int = 64) -> Outcome:
    """Send for `seconds`, or until there are no more requests."""
    return uvloop.run(drive(port, requests, seconds, connections))


async def drive(port: int, requests: Iterator[bytes], seconds: float, connections: int) -> Outcome:
    """The same on a running event loop."""
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    until = started + seconds
    made = [
        await loop.create_connection(lambda: _Connection(requests, until, outcome), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(protocol.ended for _, protocol in made))
    outcome.seconds = time.perf_counter() - started
    return outcome


async def paced(port: int, requests: Iterator[bytes], rate: float) -> Outcome:
    """Offer `rate` requests a second, each on a connection of its own, whatever becomes of those before."""
    outcome = Outcome()
    started = time.perf_counter()
    tasks = []
    for number, request in enumerate(requests):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(drive_one(port, request, outcome)))
    await asyncio.gather(*tasks)
    outcome.seconds = time.perf_counter() - started
    return outcome


async def drive_one(port: int, request: bytes, outcome: Outcome) -> None:
    """One request on a fresh connection, as gateways make them."""
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_connection(
        lambda: _Connection(iter([request]), float("inf"), outcome), "127.0.0.1", port
    )
    await protocol.ended
