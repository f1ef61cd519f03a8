"""Threads that run Django, each pool with a bounded queue. No thread of a pool ever waits for a client."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import PriorityQueue
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")
_Job = Callable[[], None] | None


class PoolBusy(Exception):
    """Too many requests wait for this pool already."""


class Pool:
    """`threads` threads and at most `queue` requests that wait for one.

    Whoever came first goes first, but for the patience of each: a request that can wait a second lets those pass
    that came up to a second later and cannot. So nothing starves, and a burst delays what nobody looks at.
    """

    def __init__(self, name: str, threads: int, queue: int) -> None:
        self._most = threads + queue
        self._busy = 0
        self._count = itertools.count()
        self._work: PriorityQueue[tuple[float, int, _Job]] = PriorityQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        self._started = False

    async def run(self, function: Callable[[], T], patience: float = 0.0) -> T:
        """Run it on a thread of the pool; `patience` in seconds. Raises PoolBusy."""
        if self._busy >= self._most:
            raise PoolBusy
        self._busy += 1
        self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        context = contextvars.copy_context()
        job = _job(loop, future, lambda: context.run(function))
        self._work.put((time.monotonic() + patience, next(self._count), job))
        try:
            return await future
        finally:
            self._busy -= 1

    def stop(self) -> None:
        """End the threads once what waits is done; each closes its database connection."""
        if not self._started:
            return
        for _ in self._threads:
            self._work.put((float("inf"), next(self._count), None))
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()

    def _serve(self) -> None:
        while (job := self._work.get()[2]) is not None:
            job()
        connections.close_all()


def _job(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], call: Callable[[], Any]
) -> Callable[[], None]:
    """Calls and hands the outcome to whoever awaits it, if anybody still does."""

    def run() -> None:
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 -- it belongs to the one who awaits, whatever it is
            _tell(loop, future, future.set_exception, error)
        else:
            _tell(loop, future, future.set_result, result)

    return run


def _tell(
    loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any], tell: Callable[[Any], None], what: Any
) -> None:
    def settle() -> None:
        if not future.done():
            tell(what)

    with suppress(RuntimeError):  # the loop is closed: nobody awaits any more
        loop.call_soon_threadsafe(settle)
