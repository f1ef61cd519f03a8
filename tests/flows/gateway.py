"""The gateway's side of a flow: events of a simulated world as exact bytes, and a courier with bounded patience."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rookery.sandbox import wire
from rookery.sandbox.post import Headers, SocketPost
from rookery.sandbox.world import World

PAUSES = (0.0, 0.8, 1.6, 3.2, 6.4)
"""Before each of the five attempts: a little faster than the gateway's own 0, 1, 2, 4, 8 s."""
ATTEMPT = 10.0


class Recorder:
    """Takes the place of the network below a world's courier and keeps the bodies."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, url: str, headers: Headers, body: bytes, chunked: bool) -> int:
        self.bodies.append(body)
        return 200


def recorded(tell: Callable[[World], None], profile: str = "v8") -> tuple[World, list[bytes]]:
    """What a world's gateway would post while `tell` happens in it, in order, and the world with its phones."""

    async def run() -> tuple[World, list[bytes]]:
        kept = Recorder()
        world = World(profile, pace=0.0, webhook_url="http://recorder.invalid/", deliver=kept)
        world.add_device()
        tell(world)
        await world.settle()
        return world, kept.bodies

    return asyncio.run(run())


@dataclass
class Outcome:
    """What became of one delivery: the status of each attempt (0: no answer) and how long each took."""

    body: bytes
    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def kept(self) -> bool:
        return bool(self.statuses) and self.statuses[-1] == 200


class Courier:
    """Delivers bodies as the gateway does, a connection each, but never more than `at_once` together."""

    def __init__(self, url: str, secret: str, *, at_once: int = 16, pauses: Sequence[float] = PAUSES) -> None:
        self.url, self.secret = url, secret
        self.at_once, self.pauses = at_once, pauses
        self.answered = 0
        self._post = SocketPost(reposts_redirects=False)

    def deliver(self, bodies: Sequence[bytes], *, per_second: float = 0.0) -> list[Outcome]:
        """All of them, in this order as far as several connections keep one; `per_second` 0 is as fast as it goes."""
        return asyncio.run(self._deliver(bodies, per_second))

    async def _deliver(self, bodies: Sequence[bytes], per_second: float) -> list[Outcome]:
        room = asyncio.Semaphore(self.at_once)
        begun = time.monotonic()

        async def one(number: int, body: bytes) -> Outcome:
            if per_second:
                await asyncio.sleep(max(0.0, begun + number / per_second - time.monotonic()))
            async with room:
                return await self._insist(body)

        return await asyncio.gather(*(one(number, body) for number, body in enumerate(bodies)))

    async def _insist(self, body: bytes) -> Outcome:
        outcome = Outcome(body)
        headers = wire.webhook_headers(wire.signature(self.secret, body))
        for pause in self.pauses:
            await asyncio.sleep(pause)
            begun = time.monotonic()
            try:
                async with asyncio.timeout(ATTEMPT):
                    status = await self._post(self.url, headers, body, True)
            except (OSError, TimeoutError):
                status = 0
            outcome.seconds.append(time.monotonic() - begun)
            outcome.statuses.append(status)
            if 200 <= status < 300:
                break
        self.answered += 1
        return outcome


def doubled(bodies: Sequence[bytes], seed: int) -> list[bytes]:
    """Each twice, shuffled across all chats."""
    found = [*bodies, *bodies]
    random.Random(seed).shuffle(found)
    return found
