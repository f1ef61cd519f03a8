"""Background work of the world, started from any thread, on the loop that runs the world."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

Job = Coroutine[Any, Any, None]


class Tasks:
    """Keeps every task until it ends; jobs given before a loop runs wait for `adopt` or the first spawn on it."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._waiting: list[tuple[Job, bool]] = []

    def adopt(self) -> None:
        """Make the running loop the world's own."""
        self._loop = asyncio.get_running_loop()
        waiting, self._waiting = self._waiting, []
        for job, background in waiting:
            self._start(job, background)

    def spawn(self, job: Job, *, background: bool = False) -> None:
        """Start a job; `settle` does not wait for background ones."""
        try:
            here: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if self._loop is None or self._loop.is_closed():
            if here is None:
                self._waiting.append((job, background))
                return
            self.adopt()
        if here is self._loop:
            self._start(job, background)
        elif self._loop is not None:
            self._loop.call_soon_threadsafe(self._start, job, background)

    def _start(self, job: Job, background: bool) -> None:
        task = asyncio.get_running_loop().create_task(job)
        group = self._background if background else self._running
        group.add(task)
        task.add_done_callback(group.discard)

    async def settle(self) -> None:
        """Wait until nothing runs; a job that failed raises here."""
        if self._waiting:
            self.adopt()
        while self._running:
            done = await asyncio.gather(*self._running, return_exceptions=True)
            for result in done:
                # A job that a restart cut off has come to its end too.
                if isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError):
                    raise result

    def cancel(self, *, background: bool = True) -> None:
        """Give up what has not ended, background jobs too unless told otherwise."""
        for job, is_background in self._waiting:
            if background or not is_background:
                job.close()
        self._waiting = [] if background else [entry for entry in self._waiting if entry[1]]
        for task in [*self._running, *(self._background if background else ())]:
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(task.cancel)

    async def stop(self) -> None:
        self.cancel()
        every = [*self._running, *self._background]
        running = [task for task in every if task is not asyncio.current_task()]
        await asyncio.gather(*running, return_exceptions=True)
