"""The sandbox on a real socket, one that can stop listening and start again."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rookery.sandbox import connection
from rookery.sandbox.app import create_app
from rookery.sandbox.pace import Pace
from rookery.sandbox.scenario import Scenario
from rookery.sandbox.world import World


class _Protocol(HttpToolsProtocol):
    """Hands the connection to the application, so that a fault can break it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[connection.TRANSPORT] = self.transport  # type: ignore[literal-required]


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to whoever runs the sandbox."""
        yield


def check_loopback(host: str) -> None:
    """The control API is open: raises ValueError for any address but this machine's own."""
    if host == "localhost":
        return
    try:
        good = ipaddress.ip_address(host).is_loopback
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"the sandbox listens on loopback only, not on {host}")


class SandboxServer:
    """One world on one port. `port` 0 picks a free one, found in `port` and `url` after `start`."""

    def __init__(self, world: World, host: str = "127.0.0.1", port: int = 0) -> None:
        check_loopback(host)
        self.world, self.host, self.port = world, host, port
        self._server: _Uvicorn | None = None
        self._main: asyncio.Task[None] | None = None
        self._deaf: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{name}:{self.port}{self.world.base_path}"

    async def start(self) -> None:
        """Listen; raises OSError when the port is taken."""
        listener = self._bind()
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            create_app(self.world), http=_Protocol, ws="none", lifespan="off", log_config=None, access_log=False,
            timeout_keep_alive=75, timeout_graceful_shutdown=2,
        )  # fmt: skip
        self._server = _Uvicorn(config)
        self.world.listener = self
        self.world.tasks.adopt()
        self._main = asyncio.create_task(self._server.serve(sockets=[listener]))
        # uvicorn tells nobody when it has started.
        while not self._server.started and not self._main.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    def _bind(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # asyncio switches Nagle's algorithm off only where the protocol is named: 40 ms an answer otherwise.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
            listener.listen(512)
            listener.setblocking(False)
        except OSError:
            listener.close()
            raise
        return listener

    def refuse(self, seconds: float) -> None:
        """Close the listener and all idle connections; connects are refused until `seconds` have passed."""
        if self._deaf is not None:
            self._deaf.cancel()
        self._close_listeners()
        self._deaf = asyncio.get_running_loop().create_task(self._listen_again(seconds))

    def _close_listeners(self) -> None:
        assert self._server is not None
        for listening in self._server.servers:
            listening.close()
        self._server.servers.clear()
        for open_connection in list(self._server.server_state.connections):
            open_connection.shutdown()

    async def _listen_again(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        server = self._server
        assert server is not None
        config = server.config

        def protocol() -> asyncio.Protocol:
            return _Protocol(config=config, server_state=server.server_state, app_state=server.lifespan.state)

        loop = asyncio.get_running_loop()
        server.servers.append(await loop.create_server(protocol, sock=self._bind()))

    async def stop(self) -> None:
        if self._deaf is not None:
            self._deaf.cancel()
        if self._server is not None and self._main is not None:
            self._server.should_exit = True
            await self._main
        self.world.listener = None
        await self.world.close()


@contextlib.asynccontextmanager
async def running(world: World, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[SandboxServer]:
    """A started server that is stopped at the end."""
    server = SandboxServer(world, host, port)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def serve(
    host: str = "127.0.0.1",
    port: int = 3000,
    profile: str = "v8",
    data_dir: str | Path | None = None,
    quiet: bool = False,
    webhook_url: str = "",
    webhook_secret: str = "secret",  # noqa: S107 - the real gateway's own default
    *,
    user: str = "admin",
    password: str = "sandbox",  # noqa: S107
    base_path: str = "",
    device: str = "demo",
    phone: str = "15550000001",
    pace: float | Pace = 1.0,
    ready: asyncio.Event | None = None,
) -> None:
    """Run a sandbox with one linked phone until cancelled; `quiet` leaves its people silent.

    An empty `device` starts without any slot, as a fresh gateway does. `ready` is set when it listens.
    """
    options: dict[str, Any] = {"webhook_url": webhook_url, "webhook_secret": webhook_secret, "pace": pace}
    world = World(profile, user, password, base_path, data_dir, **options)
    if device:
        world.add_device(device, phone)
    async with running(world, host, port):
        scenario = Scenario(world)
        if ready is not None:
            ready.set()
        if not quiet:
            await scenario.begin()
        await asyncio.Event().wait()
