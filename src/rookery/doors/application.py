"""The whole web process as one ASGI application: which door answers which address, and when each opens.

before the database is ready   the webhook door (from its own file, into its spool) and /health/live
after                          everything

/webhooks/whatsapp...   intake: no host check, a signature instead
/health/live            here
/live                   realtime
/static/...             here
anything else           Django
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

from rookery.doors import hosts
from rookery.doors.asgi_types import App, Message, Receive, Scope, Send
from rookery.doors.forwarded import Forwarded, Network
from rookery.doors.front import Front
from rookery.doors.plain import say
from rookery.doors.static import PREFIX, Static
from rookery.intake.door import PATH, Door
from rookery.realtime.hub import hub

log = logging.getLogger(__name__)

_LOOK = 0.05
_STARTING = (
    "<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=2>"
    "<title>Rookery is starting</title><p>Rookery is starting. This page opens by itself."
)


class Application:
    """Answers requests. Whoever serves it calls `start`, `open` and `stop`.

    A server that knows only ASGI's lifespan starts it so, and `ready` is then asked until the database may be used.
    """

    def __init__(
        self,
        door: Door,
        stream: App,
        static: Static,
        front: Front,
        *,
        hosts: Sequence[str],
        proxies: Sequence[Network] = (),
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        self._door = door
        self._stream = stream
        self._static = static
        self._front = front
        self._hosts = hosts
        self._ready = ready
        self.is_open = False
        self._opening: asyncio.Task[None] | None = None
        self._entry = Forwarded(self._route, proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._entry(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)

    async def start(self) -> None:
        """Open the webhook door; it needs no database."""
        await self._door.start()

    async def open(self) -> None:
        """The database is ready: open the other doors."""
        await self._door.open()
        self.is_open = True

    def end_streams(self) -> None:
        """Streams live for hours; they must end before a server can."""
        hub.close()

    async def stop(self) -> None:
        """Let go of threads and files; what the webhook door has accepted is durable."""
        if self._opening is not None:
            self._opening.cancel()
            with suppress(asyncio.CancelledError):
                await self._opening
        self.end_streams()
        await self._door.stop()
        await asyncio.to_thread(self._front.stop)

    async def _open_when_ready(self) -> None:
        while not self._ready():  # noqa: ASYNC110 -- somebody else's answer, not an event of ours
            await asyncio.sleep(_LOOK)
        await self.open()

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith(PATH) and path[len(PATH) : len(PATH) + 1] in ("", "/"):
            await self._door(scope, receive, send)
        elif path == "/health/live":
            await say(send, 200, "ok")
        elif not self.is_open:
            headers = [(b"retry-after", b"2")]
            await say(send, 503, _STARTING, kind="text/html", headers=headers)
        elif path.startswith("/health/"):
            # Whoever measures us calls by address; these pages say nothing that a host name would protect.
            headers = hosts.with_host(scope["headers"], _first(self._hosts))
            await self._front({**scope, "headers": headers}, receive, send)
        else:
            await self._route_of_ours(path, scope, receive, send)

    async def _route_of_ours(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if path != "/live" and not path.startswith(PREFIX):
            await self._front(scope, receive, send)
        elif not hosts.is_allowed(scope["headers"], self._hosts):
            await say(send, 400, "no such host here")
        elif path == "/live":
            await self._stream(scope, receive, send)
        else:
            await self._static(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message: Message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                    self._opening = asyncio.create_task(self._open_when_ready())
                except Exception as error:
                    log.exception("the doors do not open")
                    await send({"type": "lifespan.startup.failed", "message": type(error).__name__})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def _first(names: Sequence[str]) -> str:
    """A host name that Django accepts; `*` and `.example.com` stand for names, they are none."""
    return next((name.removeprefix(".") for name in names if name != "*"), "localhost")
