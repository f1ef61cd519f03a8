"""`GET /live`: the stream of small notices, with resume.

Raw ASGI: a stream lives for hours and must hold neither a thread nor a request of Django's.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from rookery import journal
from rookery.conversations.access import Viewer
from rookery.journal.models import Fact
from rookery.realtime import frames, sessions
from rookery.realtime.hub import hub
from rookery.realtime.reader import Reader
from rookery.realtime.streams import Stream, may_see

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HEARTBEAT_SECONDS = 15
RECHECK_SECONDS = 60
MOST_REPLAYED = 2_000


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 405, 401 (signed out), or a stream that ends when its session or rights do."""
    if scope["method"] != "GET":
        await _refuse(send, 405, [(b"allow", b"GET")])
        return
    headers = {name.lower(): value for name, value in scope["headers"]}
    key = sessions.session_key(headers.get(b"cookie", b"").decode("latin-1"))
    viewer = await _in_thread(sessions.viewer_of, key)
    if viewer is None:
        await _refuse(send, 401, [])
        return
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    cursor = headers.get(b"last-event-id", b"").decode("latin-1") or query.get("cursor", [""])[0]
    stream = Stream(viewer, key)
    try:
        reader = await hub.open(stream)
        await _check(stream)  # rights may have changed between the first look and the subscription
        if stream.closed:
            await _refuse(send, 401, [])
            return
        await _start(send)
        await _run(stream, reader, cursor, receive, send)
    finally:
        hub.leave(stream)


async def _run(stream: Stream, reader: Reader, cursor: str, receive: Receive, send: Send) -> None:
    replay, after = await _in_thread(_catch_up, stream.viewer, reader, cursor)
    await _piece(send, frames.RETRY + replay)
    gone = asyncio.ensure_future(_until_gone(receive, stream))
    checked = time.monotonic()
    try:
        while True:
            woken = await stream.wait(HEARTBEAT_SECONDS)
            while stream.recheck or time.monotonic() - checked > RECHECK_SECONDS:
                checked = time.monotonic()
                await _check(stream)
            if stream.closed:
                break
            piece, after = stream.take(after)
            await _piece(send, piece or (b"" if woken else frames.HEARTBEAT))
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()


async def _check(stream: Stream) -> None:
    """Ask again what the viewer may see; a session that ended closes the stream."""
    stream.recheck = False
    viewer: Viewer | None = await _in_thread(sessions.viewer_of, stream.session_key)
    if viewer is None or viewer.account.pk != stream.viewer.account.pk:
        stream.close()
    else:
        stream.viewer = viewer


def _catch_up(viewer: Viewer, reader: Reader, cursor: str) -> tuple[bytes, int]:
    """What the browser missed, or a reset when the journal cannot tell any more; and where it stands then."""
    epoch, _, text = cursor.rpartition("-")
    latest = journal.latest_id()
    if not cursor:
        return b"", latest
    if epoch != journal.epoch() or not text.isdigit() or int(text) > latest:
        return frames.RESET, latest
    since = int(text)
    oldest = Fact.objects.order_by("id").values_list("id", flat=True).first()
    if oldest is not None and since + 1 < oldest and since != latest:
        return frames.RESET, latest
    missed = journal.tail(since, MOST_REPLAYED + 1)
    if len(missed) > MOST_REPLAYED:
        return frames.RESET, latest
    encoded = [frame for frame in reader.encoder.facts(missed) if may_see(viewer, frame)]
    return b"".join(frame.data for frame in encoded), missed[-1].id if missed else since


async def _until_gone(receive: Receive, stream: Stream) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.close()


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    def call() -> Any:
        close_old_connections()
        try:
            return function(*arguments)
        finally:
            close_old_connections()

    return await sync_to_async(call, thread_sensitive=False)()


async def _start(send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _piece(send: Send, body: bytes) -> None:
    if body:
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    more = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": more})
    await send({"type": "http.response.body", "body": b"sign in first\n" if status == 401 else b""})
