"""A sandbox in a thread of its own, for tests that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType
from typing import Self

from rookery.sandbox.server import SandboxServer
from rookery.sandbox.world import World

START_TIMEOUT = 10.0


class SandboxThread:
    """`with SandboxThread(world) as gateway:` serves the world at `gateway.url`; its verbs work from any thread."""

    def __init__(self, world: World, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = world
        self.server = SandboxServer(world, host, port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started, self._ended = threading.Event(), asyncio.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="sandbox", daemon=True)

    @property
    def url(self) -> str:
        return self.server.url

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until all receipts and deliveries have come to their end."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self.world.settle(), self._loop).result(timeout)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await self.server.start()
        except OSError as taken:
            self._failure = taken
            return
        finally:
            self._started.set()
        await self._ended.wait()
        await self.server.stop()

    def __enter__(self) -> Self:
        self._thread.start()
        self._started.wait(START_TIMEOUT)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(START_TIMEOUT)
