"""What a worker process consists of, and how it ends. Imported once Django is set up.

    thread processing   stored events into messages
    thread loop         sending, media, catching up, the phones' monitor: one event loop
    thread chores       retention, once an hour
    main thread         waits for a signal, for the end of whoever started us, or for one of the threads to fail

With hardly any space left (`ops.space`) processing and the loop stand still and go on by themselves later.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable

from rookery.catchup.engine import Engine
from rookery.channels.connect import Connections
from rookery.channels.models import Channel
from rookery.cli import lifeline
from rookery.details.worker import Details
from rookery.media.converting.worker import Converter
from rookery.media.fetch import Fetcher
from rookery.ops import chores, space
from rookery.ops.monitor import Monitor
from rookery.processing import worker as processing
from rookery.providers.base import Provider
from rookery.sending.worker import Sender

log = logging.getLogger(__name__)

LOOK_AT_SPACE = 5.0
DRAIN = 20.0
FAILED = 1


class Crew:
    """The threads of the message path. `start` and `stop` may be called again and again."""

    def __init__(self, failed: Callable[[], None]) -> None:
        """`failed` is called when a thread ends that should not."""
        self._failed = failed
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def is_working(self) -> bool:
        return bool(self._threads)

    def start(self) -> None:
        self._stop = threading.Event()
        parts = {"processing": processing.run, "loop": _run_loop}
        self._threads = [
            threading.Thread(target=self._guard, args=(run, self._stop), name=name, daemon=True)
            for name, run in parts.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let what is under way end; what does not within DRAIN seconds is left to the next start's recovery."""
        self._stop.set()
        for thread in self._threads:
            thread.join(DRAIN)
            if thread.is_alive():
                log.warning("a part of the worker did not end in time", extra={"part": thread.name})
        self._threads = []

    def _guard(self, run: Callable[[threading.Event], None], stop: threading.Event) -> None:
        try:
            run(stop)
        except BaseException:
            log.exception("a part of the worker failed")
        if not stop.is_set():
            self._failed()


def work(pipe: int | None = None) -> int:
    """Until SIGTERM, SIGINT, or the end of the process that holds the other end of `pipe`.

    The exit code is 1 when a part failed: whoever started us starts us again.
    """
    ending, failed = threading.Event(), threading.Event()

    def fail() -> None:
        failed.set()
        ending.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    lifeline.watch(pipe, ending.set)
    crew = Crew(fail)
    housekeeping = threading.Thread(target=chores.run, args=(ending,), name="chores", daemon=True)
    housekeeping.start()
    log.info("worker started")
    _work_while_there_is_room(crew, ending)
    crew.stop()
    housekeeping.join(2.0)
    log.info("worker stopped")
    return FAILED if failed.is_set() else 0


def _work_while_there_is_room(crew: Crew, ending: threading.Event) -> None:
    needed = space.CRITICAL
    while not ending.is_set():
        free = space.free()
        if crew.is_working and free < space.CRITICAL:
            log.error("hardly any space left: only webhooks are still stored", extra={"free": free})
            crew.stop()
            needed = space.CRITICAL + space.RELIEF
        elif not crew.is_working and free >= needed:
            crew.start()
        ending.wait(LOOK_AT_SPACE)


def _run_loop(stop: threading.Event) -> None:
    asyncio.run(_loop(stop))


async def _loop(stop: threading.Event) -> None:
    """Sender, fetcher, catch-up and monitor; the first that fails takes the others with it."""
    ending = asyncio.Event()
    made: list[Connections] = []

    def provider(channel: Channel) -> Provider:
        """Called in the fetcher's thread for rows, where the first call may ask the database."""
        if not made:
            made.append(Connections())
        return made[0].provider(channel)

    tasks = {
        asyncio.create_task(Sender().run(ending)),
        asyncio.create_task(Fetcher(provider).run(ending)),
        asyncio.create_task(Converter().run(ending)),
        asyncio.create_task(Engine().run(ending)),
        asyncio.create_task(Details().run(ending)),
        asyncio.create_task(Monitor().run(ending)),
    }
    waiting = asyncio.create_task(_until(stop))
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    ending.set()
    waiting.cancel()
    try:
        await asyncio.gather(*tasks)
    finally:
        for connections in made:
            await connections.aclose()


async def _until(stop: threading.Event) -> None:
    while not stop.is_set():  # noqa: ASYNC110 - set by another thread
        await asyncio.sleep(0.1)
