"""Deadlines and a connection cap under uvicorn's HTTP protocol, which has neither.

| What a client may not do                                  | It has                                            |
|-----------------------------------------------------------|---------------------------------------------------|
| be slow with the head of a request, or send a huge one     | HEAD seconds, HEAD_BYTES                          |
| keep sending after it was answered                        | LINGER seconds                                    |
| not read its answer                                       | UNREAD seconds for each time the buffer is full   |
| hold a connection idle                                    | uvicorn's timeout_keep_alive                      |

Bodies have their deadlines where they are read (`bodies`, `intake.body`). At the cap the connection that has been
idle or silent the longest makes room; if every one is at work the new one is refused.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

HEAD = 10.0
HEAD_BYTES = 64 * 1024
LINGER = 3.0
UNREAD = 60.0

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Protocol(HttpToolsProtocol):
    """One connection."""

    most_connections: ClassVar[int] = 1000
    # Connections between requests, the longest silent first; one table for each server.
    _silent: ClassVar[WeakKeyDictionary[ServerState, dict[Protocol, None]]] = WeakKeyDictionary()

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._quiet = self._silent.setdefault(self.server_state, {})
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._in_head = True
        self._in_body = False
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most_connections and not self._make_room():
            transport.abort()
            return
        self._fall_silent()
        self._within("head", HEAD)

    def connection_lost(self, exc: Exception | None) -> None:
        for name in list(self._timers):
            self._done(name)
        self._quiet.pop(self, None)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._within("head", HEAD)  # most heads come whole, and need no timer
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self.transport.write(_TOO_LONG)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body = False, True
        if self._timers:
            self._done("head")
            if not self.flow.write_paused:
                self._done("unread")
        self._quiet.pop(self, None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        if self._timers:
            self._done("linger")
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_body:
            self._within("linger", LINGER)
        elif not self.pipeline:
            self._fall_silent()
        if self.transport.get_write_buffer_size():
            self._within("unread", UNREAD)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._within("unread", UNREAD)

    def resume_writing(self) -> None:
        self._done("unread")
        super().resume_writing()

    def _within(self, name: str, seconds: float) -> None:
        """Cut the connection unless `_done(name)` comes in time; a deadline that runs is not put off."""
        if name not in self._timers:
            self._timers[name] = self.loop.call_later(seconds, self._cut, name)

    def _done(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _cut(self, name: str) -> None:
        self._timers.pop(name, None)
        if name == "unread" and self.transport.get_write_buffer_size() == 0:
            return
        self.transport.abort()

    def _fall_silent(self) -> None:
        self._quiet.pop(self, None)
        self._quiet[self] = None

    def _make_room(self) -> bool:
        """End the connection that has said nothing for longest."""
        oldest = next(iter(self._quiet), None)
        if oldest is None:
            return False
        del self._quiet[oldest]
        oldest.transport.abort()
        return True
