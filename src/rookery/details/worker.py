"""The details part of the worker: a chore beside the message path, with connections and threads of its own.

A gateway that panics, hangs or answers 500 to these questions costs no message and delays none: nobody waits for
an answer here but the look that asked.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, ParamSpec, TypeVar

from django.db import DatabaseError, close_old_connections, connections

from rookery.channels.connect import Connections
from rookery.channels.models import Channel
from rookery.details import books, discovery, keeping, schedule, squares, ways
from rookery.details.looking import Looking
from rookery.details.pace import Pace
from rookery.details.schedule import Due
from rookery.outbound_http import Transport
from rookery.providers.base import Provider
from rookery.settings import conf

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

POLL: Final = 2.0
SECONDS: Final = 10.0
"""The most any one question, and any one download, may take."""

CHANNELS_EVERY: Final = 10.0
ALL_EVERY: Final = 6 * 3600.0


class Details:
    """One per worker process: `await Details().run(stop)`."""

    def __init__(
        self,
        connections: Connections | None = None,
        *,
        poll: float = POLL,
        seconds: float = SECONDS,
        pictures: Transport | None = None,
    ) -> None:
        """`connections` are closed by `close`; it makes them when there are none. `pictures` takes WhatsApp's place."""
        self.seconds, self.pictures = seconds, pictures
        self._connections = connections
        self._poll = poll
        self._paces: defaultdict[int, Pace] = defaultdict(Pace)
        self._under_way: dict[int, Due] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._channels: list[Channel] = []
        self._marks: discovery.Marks | None = None
        self._after: int | None = None
        self._read_at = self._all_at = float("-inf")
        self._rows = ThreadPoolExecutor(1, "details-rows")
        self._looks = ThreadPoolExecutor(1, "details-looks")
        self._closed = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. What is under way then is given back, uncounted."""
        try:
            while not stop.is_set():
                await self._safely(self.beat())
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._poll)
        finally:
            await self.close()

    async def beat(self) -> bool:
        """One turn: find who is new, begin what is due and there is room for. Whether another turn is worth it at once."""
        if not conf.int("DETAILS_PER_MINUTE"):
            return False
        more = await self._find()
        by_gateway: defaultdict[int, list[Channel]] = defaultdict(list)
        for channel in await self._read_channels():
            by_gateway[channel.gateway_id].append(channel)
        begun = [await self._begin(gateway_id, found) for gateway_id, found in by_gateway.items()]
        return more or any(begun)

    async def drain(self) -> None:
        """Until nothing is due and nothing under way; for tests and one-off runs."""
        self._read_at = float("-inf")
        while await self.beat() or self._tasks:
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop everything under way and give it back. May be called again."""
        if self._closed:
            return
        self._closed = True
        for task in self._tasks:
            task.cancel()
        squares.stop_all()
        if self._tasks:
            await asyncio.wait(self._tasks)
        with suppress(Exception):  # the lease gives it back as well, only later
            await self.in_rows(schedule.release, list(self._under_way.values()))
        if self._connections is not None:
            await self._connections.aclose()
        await self.in_rows(connections.close_all)
        self._rows.shutdown()
        self._looks.shutdown(cancel_futures=True)

    def connect(self, channel: Channel) -> Provider:
        """The channel's provider; called in the thread for rows, where the first call may ask the database."""
        if self._connections is None:
            self._connections = Connections()
        return self._connections.provider(channel)

    async def in_rows(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that touches the database, in the one thread for it."""
        return await asyncio.get_running_loop().run_in_executor(self._rows, _fresh, call, args, kwargs)

    async def in_looks(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that waits for a child process or a disk."""
        return await asyncio.get_running_loop().run_in_executor(self._looks, lambda: call(*args, **kwargs))

    async def _find(self) -> bool:
        """Queue who is new, and a piece of who was always there. Whether there is more of these."""
        now = asyncio.get_running_loop().time()
        if self._marks is None or now - self._all_at > ALL_EVERY:
            self._marks = await self.in_rows(discovery.start)
            self._all_at, self._after = now, 0
            await self.in_rows(keeping.sweep)
        await self.in_rows(discovery.find_new, self._marks)
        if self._after is not None:
            self._after = await self.in_rows(discovery.find_all, self._after)
        return self._after is not None

    async def _read_channels(self) -> list[Channel]:
        now = asyncio.get_running_loop().time()
        if now - self._read_at > CHANNELS_EVERY:
            self._read_at = now
            self._channels = await self.in_rows(ways.connected)
        return self._channels

    async def _begin(self, gateway_id: int, channels: list[Channel]) -> bool:
        """Begin what is due at one gateway; address books after people."""
        pace = self._paces[gateway_id]
        if not (room := pace.room):
            return False
        dues = await self.in_rows(schedule.take, [one.pk for one in channels], room, list(self._under_way))
        for due in dues:
            self._under_way[due.contact_id] = due
            self._start(Looking(self, due, pace).run(), pace, due.contact_id)
        read = await self.in_rows(books.take, channels, room - len(dues)) if len(dues) < room else []
        for channel in read:
            self._start(books.Reading(self, channel, pace).run(), pace, None)
        return bool(dues or read)

    def _start(self, job: Coroutine[Any, Any, None], pace: Pace, contact_id: int | None) -> None:
        pace.busy += 1
        task = asyncio.create_task(self._safely(job))
        self._tasks.add(task)

        def done(ended: asyncio.Task[None]) -> None:
            pace.busy -= 1
            self._tasks.discard(ended)
            if contact_id is not None and not ended.cancelled():
                self._under_way.pop(contact_id, None)

        task.add_done_callback(done)

    async def _safely(self, job: Coroutine[Any, Any, object]) -> None:
        try:
            await job
        except DatabaseError as error:
            log.warning("details wait for the database", extra={"reason": type(error).__name__})
        except Exception:
            log.exception("details stumbled")


def _fresh(call: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    close_old_connections()  # a database that was restarted must not stop the thread for good
    return call(*args, **kwargs)
