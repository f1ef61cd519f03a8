"""The web process: one uvicorn on one event loop, whose webhook door opens before the database is looked at.

listen -> webhook door (its file, its spool) -> `prepare` in a thread (migrations) -> everything, `beside`
SIGTERM, SIGINT or `end()` -> streams end, requests finish, `beside` ends, the door makes durable what it has
"""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

import uvicorn
import uvloop

from rookery.doors.application import Application
from rookery.doors.composition import create_application
from rookery.doors.protocol import Protocol
from rookery.settings import conf

log = logging.getLogger(__name__)

KEEP_ALIVE = 5  # seconds: gateways open a connection for each event and never close one
GRACE = 10  # seconds for requests under way
_BACKLOG = 1024

Beside = Callable[[asyncio.Event], Awaitable[None]]


class Web:
    """One web process of this data folder. `run` blocks until it is told to end."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        prepare: Callable[[], None] = lambda: None,
        beside: Beside | None = None,
        opened: Callable[[int], None] = lambda port: None,
    ) -> None:
        """`prepare` makes the database ready, in a thread, while webhooks are spooled already.

        `beside(ending)` then runs next to the pages; it must end soon after `ending` is set. `opened(port)` is
        called, in a thread, once pages answer.
        """
        self._host, self._port = host, port
        self._prepare, self._beside, self._opened = prepare, beside, opened
        self._failure: BaseException | None = None
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or `end`. Raises what `prepare` or `beside` raised; OSError for the address."""
        with listen(self._host, self._port) as listening:
            self._port = listening.getsockname()[1]
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve(listening))
        if self._failure is not None:
            raise self._failure

    def end(self) -> None:
        """End soon; may be called from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ending.set)

    async def _serve(self, listening: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._ending.set)
        _allow_many_files()
        Protocol.most_connections = conf.int("MAX_CONNECTIONS")
        application = create_application()
        await application.start()
        server = _Server(_config(application))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        company = asyncio.create_task(self._open(application))
        try:
            await self._ending.wait()
        finally:
            application.end_streams()
            server.should_exit = True
            await asyncio.gather(serving, company, return_exceptions=True)
            await application.stop()

    async def _open(self, application: Application) -> None:
        """Make the database ready, open the other doors, and keep `beside` company."""
        try:
            if not await self._prepared():
                return
            await application.open()
            await asyncio.to_thread(self._opened, self._port)
            if self._beside is not None:
                await self._beside(self._ending)
        except Exception as error:  # noqa: BLE001 -- `run` raises it
            self._failure = error
            self._ending.set()

    async def _prepared(self) -> bool:
        """Whether `prepare` has ended before we have. A migration that is cut off is one that was not made."""
        assert self._loop is not None
        done: asyncio.Future[None] = self._loop.create_future()
        Thread(target=_run, args=(self._prepare, self._loop, done), name="prepare", daemon=True).start()
        ending = asyncio.create_task(self._ending.wait())
        waiting: set[asyncio.Future[Any]] = {done, ending}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if not done.done():
            return False
        done.result()
        return True


class _Server(uvicorn.Server):
    """Signals are handled by `Web`, which has more to end than a server."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError."""
    family, kind, protocol, _name, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(_BACKLOG)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


def _run(function: Callable[[], None], loop: asyncio.AbstractEventLoop, done: asyncio.Future[None]) -> None:
    from django.db import connections

    def settle(error: Exception | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    failure: Exception | None = None
    try:
        function()
    except Exception as error:  # noqa: BLE001 -- the event loop raises it
        failure = error
    finally:
        connections.close_all()
    with suppress(RuntimeError):  # the loop is closed: we ended first
        loop.call_soon_threadsafe(settle, failure)


def _allow_many_files() -> None:
    """Each connection is an open file; the usual soft limit of 1024 is for programs that use select()."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = conf.int("MAX_CONNECTIONS") + 1024
    if soft < wanted:
        wanted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
