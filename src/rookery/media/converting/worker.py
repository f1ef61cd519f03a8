"""The converting part of the worker: claims agents' files that wait and has each converted in a child process.

One place for videos, which take minutes, and two for everything else. Database work happens in the threads of the
conversions and in one of its own; the loop only waits.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections, connections

from rookery import db
from rookery.conversations.store import converting as rows
from rookery.conversations.store.converting import Task
from rookery.media.converting import conversion
from rookery.media.converting.errand import Errand

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

LEASE_MS: Final = 45_000
POLL: Final = 0.25
_RENEW_SECONDS: Final = 15.0
_VIDEOS: Final = 1
_OTHERS: Final = 2


class Converter:
    """Run it as one task of the worker: `await Converter().run(stop)`."""

    def __init__(self, *, poll: float = POLL) -> None:
        self.owner = f"{socket.gethostname()[:16]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._poll = poll
        self._wake = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], Task] = {}
        self._rows = ThreadPoolExecutor(1, "converting-rows")
        self._work = ThreadPoolExecutor(_VIDEOS + _OTHERS, "converting")
        self._renewed = float("-inf")
        self._closed = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. What is under way then is given back, uncounted, and begun anew at the next start."""
        try:
            if db.is_sqlite():  # one worker only, so every claim left is a dead one's
                await self._in_rows(_write, rows.release_all)
            while not stop.is_set():
                await self._beat()
                await self._pause(stop)
        finally:
            await self.close()

    async def drain(self) -> None:
        """Until nothing is due and nothing under way; for tests and one-off runs."""
        while await self._round() or self._under_way:
            if self._under_way:
                await asyncio.wait(self._under_way)

    async def close(self) -> None:
        """Stop everything under way and give it back. May be called again."""
        if self._closed:
            return
        self._closed = True
        with suppress(Exception):  # the lease gives it back as well, only later
            # First: what the killed children leave behind then belongs to nobody, and writes nothing.
            await self._in_rows(_write, rows.release, self.owner, self._ids())
        conversion.stop_all()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._in_rows(connections.close_all)
        self._rows.shutdown()
        self._work.shutdown()

    async def _beat(self) -> None:
        """One turn of the loop; a failing database is logged and asked again at the next turn."""
        now = asyncio.get_running_loop().time()
        try:
            if self._under_way and now - self._renewed > _RENEW_SECONDS:
                self._renewed = now
                await self._in_rows(_write, rows.renew, self.owner, self._ids(), LEASE_MS)
            await self._round()
        except Exception:
            log.exception("converting loop failed, going on")

    async def _round(self) -> bool:
        """Claim what there is room for. Whether anything was started."""
        started = False
        for videos, places in ((False, _OTHERS), (True, _VIDEOS)):
            room = places - sum(task.is_long == videos for task in self._under_way.values())
            if room <= 0:
                continue
            for task in await self._in_rows(rows.due, room, videos=videos):
                if await self._in_rows(_write, rows.claim, task.id, self.owner, LEASE_MS):
                    self._start(task)
                    started = True
        return started

    def _start(self, task: Task) -> None:
        running = asyncio.ensure_future(self._one(task))
        self._under_way[running] = task
        running.add_done_callback(self._ended)

    def _ended(self, running: asyncio.Task[None]) -> None:
        self._under_way.pop(running, None)
        self._wake.set()

    async def _one(self, task: Task) -> None:
        try:
            errand = Errand(self.owner, task)
            await asyncio.get_running_loop().run_in_executor(self._work, _apart, errand)
        except Exception:
            # The lease runs out and it is tried again.
            log.exception("a conversion stumbled", extra={"attachment": task.id})

    def _ids(self) -> list[int]:
        return [task.id for task in self._under_way.values()]

    async def _in_rows(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that touches the database, in the one thread for it."""
        return await asyncio.get_running_loop().run_in_executor(self._rows, _fresh, call, args, kwargs)

    async def _pause(self, stop: asyncio.Event) -> None:
        """Until woken, stopped, or the next beat."""
        waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._wake.wait())]
        await asyncio.wait(waits, timeout=self._poll, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._wake.clear()


def _apart(errand: Errand) -> None:
    """Between two conversions minutes may pass: no connection is kept for them."""
    try:
        errand.run()
    finally:
        connections.close_all()


def _fresh(call: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    close_old_connections()  # a database that was restarted must not stop the thread for good
    return call(*args, **kwargs)


def _write(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with db.write():
        return call(*args, **kwargs)
