"""A real server on loopback, in a thread of this process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import uvloop


class Server:
    """Our uvicorn configuration in front of an application."""

    def __init__(self, app: Any) -> None:
        from rookery.doors import serving  # needs Django, which is set up after this file is loaded

        self._server = serving._Server(serving._config(app))
        self._socket = serving.listen("127.0.0.1", 0)
        self.address = self._socket.getsockname()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._server.serve(sockets=[self._socket]))

    def connect(self, *, buffer: int | None = None) -> socket.socket:
        """A client; `buffer` bytes are all that it takes in without reading."""
        made = socket.socket()
        if buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        made.settimeout(10)
        made.connect(self.address)
        return made

    @property
    def connections(self) -> int:
        return len(self._server.server_state.connections)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)
        self._socket.close()


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Any], Server]]:
    """Start servers; all of them end with the test."""
    from rookery.doors.protocol import Protocol

    monkeypatch.setattr(Protocol, "most_connections", 1000)
    made: list[Server] = []

    def start(app: Any) -> Server:
        made.append(Server(app))
        return made[-1]

    yield start
    for server in made:
        server.stop()
