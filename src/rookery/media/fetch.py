"""The media part of the worker: claims wanted attachments and brings their files, beside the message path.

Each gateway has its own few places, so one that hangs delays no other's files. Database work happens in one
thread, decoding in child processes; the loop itself only moves bytes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections, connections

from rookery import db
from rookery.conversations.store import files as rows
from rookery.conversations.store.files import Wanted
from rookery.media import probe, space, sweep
from rookery.media.errand import Connect, Errand
from rookery.settings import conf

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

LEASE_MS: Final = 45_000
_RENEW_SECONDS: Final = 15.0
_AT_ONCE: Final = 60
_SWEEP_SECONDS: Final = 6 * 3600.0


class Fetcher:
    """Run it as one task of the worker: `await Fetcher(connect).run(stop)`.

    `connect` gives the provider of a channel; it is called in the database thread.
    """

    def __init__(self, connect: Connect, *, poll: float = 0.5) -> None:
        self.owner = f"{socket.gethostname()[:16]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._connect = connect
        self._poll = poll
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: Counter[int | None] = Counter()
        self._rows = ThreadPoolExecutor(1, "media-rows")
        self._looks = ThreadPoolExecutor(2, "media-looks")
        self._renewed = self._swept = float("-inf")
        self._was_full = self._closed = False

    def wake(self) -> None:
        """Look for work now instead of at the next beat."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. What is under way then is given back, uncounted."""
        try:
            if db.is_sqlite():  # one worker only, so every claim left is a dead one's
                await self.in_rows(_write, rows.release_all)
            while not stop.is_set():
                await self._beat()
                await self._pause(stop)
        finally:
            await self.close()

    async def drain(self) -> None:
        """Until nothing is due and nothing under way; for tests and one-off runs."""
        while await self._round() or self._tasks:
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Stop everything under way and give it back. May be called again."""
        if self._closed:
            return
        self._closed = True
        for task in self._tasks:
            task.cancel()
        probe.stop_all()
        if self._tasks:
            await asyncio.wait(self._tasks)
        with suppress(Exception):  # the lease gives it back as well, only later
            await self.in_rows(_write, rows.release, self.owner)
        await self.in_rows(connections.close_all)
        self._rows.shutdown()
        self._looks.shutdown(cancel_futures=True)

    async def in_rows(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that touches the database, in the one thread for it."""
        return await asyncio.get_running_loop().run_in_executor(self._rows, _fresh, call, args, kwargs)

    async def in_looks(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that waits for a child process."""
        return await asyncio.get_running_loop().run_in_executor(self._looks, lambda: call(*args, **kwargs))

    async def _beat(self) -> None:
        """One turn of the loop; a failing database is logged and asked again at the next turn."""
        now = asyncio.get_running_loop().time()
        try:
            if self._tasks and now - self._renewed > _RENEW_SECONDS:
                self._renewed = now
                await self.in_rows(_write, rows.renew, self.owner, LEASE_MS)
            if now - self._swept > _SWEEP_SECONDS:
                self._swept = now
                self._spawn(self._sweep())
            while await self._round():
                pass
        except Exception:
            log.exception("media loop failed, going on")

    async def _round(self) -> bool:
        """Claim what there is room for. Whether anything was started."""
        if not await asyncio.to_thread(self._has_space):
            return False
        per_gateway = conf.int("MEDIA_PER_GATEWAY")
        full = [
            gateway for gateway, busy in self._busy.items() if gateway is not None and busy >= per_gateway
        ]
        started = False
        for wanted in await self.in_rows(rows.due, max(0, _AT_ONCE - len(self._tasks)), full_gateways=full):
            if self._busy[wanted.gateway_id] >= per_gateway and wanted.gateway_id is not None:
                continue
            if await self.in_rows(_write, rows.claim, wanted.id, self.owner, LEASE_MS):
                self._start(wanted)
                started = True
        return started

    def _start(self, wanted: Wanted) -> None:
        self._busy[wanted.gateway_id] += 1
        task = self._spawn(Errand(self, self._connect, wanted).run())

        def done(_: asyncio.Task[None]) -> None:
            self._busy[wanted.gateway_id] -= 1
            self._wake.set()

        task.add_done_callback(done)

    def _spawn(self, job: object) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.ensure_future(job)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _has_space(self) -> bool:
        allowed = space.allows()
        if not allowed and not self._was_full:
            log.error("the disk is nearly full: no media is fetched", extra={"free": space.measure().free})
        self._was_full = not allowed
        return allowed

    async def _sweep(self) -> None:
        try:
            await self.in_looks(sweep.run)
        except Exception:
            log.exception("sweeping the media folder failed")

    async def _pause(self, stop: asyncio.Event) -> None:
        """Until woken, stopped, or the next beat."""
        waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._wake.wait())]
        await asyncio.wait(waits, timeout=self._poll, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._wake.clear()


def _fresh(call: Callable[..., T], args: tuple[object, ...], kwargs: dict[str, object]) -> T:
    close_old_connections()  # a database that was restarted must not stop the thread for good
    return call(*args, **kwargs)


def _write(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with db.write():
        return call(*args, **kwargs)
