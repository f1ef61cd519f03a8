"""Threads that run Django, each pool with a bounded queue. No thread of a pool ever waits for a client."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


class PoolBusy(Exception):
    """Too many requests wait for this pool already."""


class Pool:
    """`threads` threads and at most `queue` requests that wait for one."""

    def __init__(self, name: str, threads: int, queue: int) -> None:
        self._threads = threads
        self._most = threads + queue
        self._busy = 0
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, function: Callable[[], T]) -> T:
        """Run it on a thread of the pool. Raises PoolBusy."""
        if self._busy >= self._most:
            raise PoolBusy
        self._busy += 1
        try:
            context = contextvars.copy_context()
            return await asyncio.get_running_loop().run_in_executor(self._executor, context.run, function)
        finally:
            self._busy -= 1

    def stop(self) -> None:
        """End the threads, and close the database connection of each."""
        barrier = Barrier(self._threads)
        for _ in range(self._threads):
            self._executor.submit(_close_connections, barrier)
        self._executor.shutdown(wait=True)


def _close_connections(barrier: Barrier) -> None:
    """Once on every thread: nobody goes on before all have come."""
    connections.close_all()
    try:
        barrier.wait(5)
    except BrokenBarrierError:
        return
