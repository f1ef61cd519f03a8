"""A sandbox gateway and a sender at work beside the test, in a thread with its own event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from rookery.channels.connect import Connections
from rookery.conversations.models import Message
from rookery.sandbox.faults import Fault
from rookery.sandbox.server import SandboxServer
from rookery.sandbox.world import World
from rookery.sending.worker import Sender

T = TypeVar("T")


class Line:
    """Start it before rows are made (its `url` is the gateway's), `send()` when something is to go out."""

    def __init__(self, profile: str = "v8") -> None:
        self.world = World(profile, pace=0.0)
        self.world.add_device("demo", "15550000001")
        self.server = SandboxServer(self.world)
        self.senders: list[tuple[Sender, asyncio.Event, asyncio.Future[None]]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.call(self.server.start())

    @property
    def url(self) -> str:
        return self.server.url

    def call(self, job: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the line's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(job, self._loop).result(30)

    def fault(self, mode: Any, path: str = "/send/", **more: Any) -> None:
        """What goes wrong next at the gateway."""
        self.world.faults.add(Fault(mode=mode, path=path, **more))

    def refuse(self, seconds: float) -> None:
        """Nothing listens for a while."""
        self._loop.call_soon_threadsafe(self.server.refuse, seconds)
        time.sleep(0.05)

    def send(self, **options: Any) -> Sender:
        """Start a sender."""
        return self.call(self._start(options))

    async def _start(self, options: dict[str, Any]) -> Sender:
        sender, stop = (
            Sender(connections=Connections(allow_private=True), poll=0.02, **options),
            asyncio.Event(),
        )
        self.senders.append((sender, stop, asyncio.ensure_future(sender.run(stop))))
        return sender

    def stop_sender(self) -> None:
        """Let every sender finish."""
        for _, stop, running in self.senders:
            self._loop.call_soon_threadsafe(stop.set)
            self.call(_end(running))
        self.senders.clear()

    def screen(self, number: str = "5521987650000") -> list[dict[str, Any]]:
        """What that person's phone shows."""
        return self.world.screen(number)

    def texts(self, number: str = "5521987650000") -> list[str]:
        return [shown["text"] for shown in self.screen(number)]

    def close(self) -> None:
        self.stop_sender()
        self.call(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


async def _end(running: asyncio.Future[None]) -> None:
    await running


def wait_until(what: Callable[[], object], seconds: float = 8.0) -> None:
    """Wait until it is true; fails the test when it does not come."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)


def look_now(message: Message, times: int = 2) -> None:
    """Have the record asked for the message so many times, at once."""
    for _ in range(times):
        before = Message.objects.get(pk=message.pk).looks
        Message.objects.filter(pk=message.pk, state="uncertain").update(due_ms=1)
        wait_until(partial(looked, message, before))
    time.sleep(0.1)


def looked(message: Message, before: int) -> bool:
    """Whether it was asked for again, or is settled."""
    now = Message.objects.get(pk=message.pk)
    return now.looks > before or now.state != "uncertain"
