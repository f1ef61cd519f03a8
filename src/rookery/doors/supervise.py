"""The parent's side of a worker child: start it, start it again when it ends, stop it at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol

from rookery.telemetry import multiprocess

log = logging.getLogger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
HEALTHY = 60.0  # seconds of life after which the next end counts as the first


class Child(Protocol):
    """A process that was started. `stop` asks it to end and insists after a while."""

    @property
    def pid(self) -> int: ...

    async def wait(self) -> int: ...

    async def stop(self) -> None: ...


async def keep_running(start: Callable[[], Awaitable[Child]], ending: asyncio.Event) -> None:
    """Have one child running until `ending` is set; then stop it. A child that keeps ending is given longer pauses."""
    pause = FIRST_PAUSE
    while not ending.is_set():
        begun = monotonic()
        child = await start()
        log.info("worker started", extra={"pid": child.pid})
        await _either(child.wait(), ending)
        if ending.is_set():
            await child.stop()
            multiprocess.forget(child.pid)
            return
        code = await child.wait()
        await child.stop()
        multiprocess.forget(child.pid)
        pause = FIRST_PAUSE if monotonic() - begun > HEALTHY else min(pause * 2, LONGEST_PAUSE)
        log.error("the worker ended and is started again", extra={"code": code, "pause": pause})
        await _either(asyncio.sleep(pause), ending)


async def _either(work: Awaitable[object], ending: asyncio.Event) -> None:
    """Until one of the two."""
    tasks = {asyncio.ensure_future(work), asyncio.ensure_future(ending.wait())}
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
