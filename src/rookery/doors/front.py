"""The way to Django: collect the body, take a thread of the right pool, send what came of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rookery.doors import credentials, files, wsgi
from rookery.doors.asgi_types import Receive, Scope, Send
from rookery.doors.bodies import Bodies, Body, BodyRefused
from rookery.doors.forwarded import INTERNAL, clean
from rookery.doors.plain import say
from rookery.doors.pools import Pool, PoolBusy
from rookery.doors.routes import is_slow, patience
from rookery.doors.wsgi import Answer, WsgiApp

PAGE_THREADS = 1  # measured: 0.77 of a bare loop with one, 0.68 with two
SLOW_THREADS = 4
_QUEUE = 200
_CHUNK = 256 * 1024
_MOST_FOR_PAGES = 4 * 1024  # a larger body has a file in it, which is looked into for a while


class Front:
    """ASGI application in front of a WSGI one."""

    def __init__(self, app: WsgiApp, folder: Path, most_body: int) -> None:
        """`folder` takes bodies and answers that are too large for memory; `most_body` in bytes."""
        self._app = app
        self._folder = folder
        self._pages = Pool("pages", PAGE_THREADS, _QUEUE)
        self._slow = Pool("slow", SLOW_THREADS, _QUEUE)
        self._bodies = Bodies(folder, most_body, self._may_upload)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = {**scope, "headers": clean(scope["headers"])}
        try:
            body = await self._bodies.collect(scope, receive)
        except BodyRefused as refused:
            if refused.status:
                await say(send, refused.status, refused.text, close=True)
            return
        try:
            answer = await self._run(scope, body)
        except PoolBusy:
            await say(send, 503, "too busy", headers=[(b"retry-after", b"2")])
            return
        finally:
            body.close()
        try:
            await self._send(scope, receive, send, answer)
        finally:
            answer.close()

    def stop(self) -> None:
        """End the threads once they have nothing to do."""
        self._pages.stop()
        self._slow.stop()

    async def _run(self, scope: Scope, body: Body) -> Answer:
        pool = self._slow if body.size > _MOST_FOR_PAGES or is_slow(scope["path"]) else self._pages
        return await pool.run(
            lambda: wsgi.call(self._app, scope, body, self._folder), patience(scope["path"])
        )

    async def _send(self, scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
        key = answer.take(INTERNAL)
        if key is not None and answer.status == 200:
            await files.stream(scope, receive, send, answer, key)
            return
        if not any(name == b"content-length" for name, _ in answer.headers) and answer.status not in (
            204,
            304,
        ):
            answer.headers.append((b"content-length", str(answer.size).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        left = answer.size if scope["method"] != "HEAD" else 0
        while left > _CHUNK:
            chunk = await asyncio.to_thread(answer.body.read, _CHUNK)
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": answer.body.read() if left else b""})

    async def _may_upload(self, scope: Scope) -> bool:
        try:
            return await self._slow.run(lambda: credentials.are_known(scope))
        except PoolBusy:
            return False
