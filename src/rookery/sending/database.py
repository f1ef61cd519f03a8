"""The worker's way to the database: one thread of its own, so that the event loop never waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connections

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

AWAY = (OperationalError, InterfaceError)
"""Locked, full, restarting: it comes back."""


class Database:
    """Runs functions one after another in one thread with its own connection. `close()` ends it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sending-db")

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The function's answer. Raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: _guarded(function, *args, **kwargs))

    async def insist(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`run`, again and again while the database is away: what came of a send must not be forgotten."""
        wait = 0.1
        while True:
            try:
                return await self.run(function, *args, **kwargs)
            except AWAY:
                log.warning("database away", exc_info=True)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()


def _guarded(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return function(*args, **kwargs)
    except AWAY:
        close_old_connections()
        raise
