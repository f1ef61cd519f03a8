"""A simulated browser page: it holds a stream and fetches what the real page fetches, when the real one would."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

LOG_GAP = 0.1  # seconds between two fetches of new bubbles, of the rows, and two read marks: chat-log.js,
ROWS_GAP = 0.5  # conversation-list.js and read-mark.js
READ_GAP = 1.0
HEADER_GAP = 0.5

_CURSOR = re.compile(rb'<live-stream[^>]* cursor="([^"]+)"')
_LOG_CURSOR = re.compile(rb'<chat-log[^>]* cursor="([^"]+)"')
_TOKEN = re.compile(rb'name="csrf-token" content="([^"]+)"')
_ROW_KINDS = (
    "message.created",
    "message.changed",
    "conversation.created",
    "conversation.changed",
    "contact.changed",
)


@dataclass(slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """Requests one after the other on one kept connection."""

    def __init__(self, port: int, cookie: str) -> None:
        self._port, self.cookie = port, cookie
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._lock = asyncio.Lock()

    async def ask(self, path: str, headers: dict[str, str], method: str = "GET", body: bytes = b"") -> Answer:
        """Raises OSError when the server goes away twice."""
        async with self._lock:
            for retry in (True, False):
                try:
                    return await self._ask(path, method, body, headers)
                except (OSError, asyncio.IncompleteReadError):
                    self.close()
                    if not retry:
                        raise
        raise AssertionError

    async def _ask(self, path: str, method: str, body: bytes, headers: dict[str, str]) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._streams
        writer.write(
            _head(path, method, self.cookie, headers | ({"Content-Length": str(len(body))} if body else {}))
        )
        writer.write(body)
        status, fields = await _read_head(reader)
        answer = Answer(status, fields, await reader.readexactly(int(fields.get("content-length", 0))))
        if fields.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Coalescer:
    """The page's own (coalescer.js): the first call runs at once, later ones share a run after the gap."""

    def __init__(self, work: Callable[[], Awaitable[None]], gap: float) -> None:
        self._work, self._gap = work, gap
        self._started = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._wanted = False

    def call(self) -> None:
        self._wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._wanted:
            await asyncio.sleep(max(0.0, self._started + self._gap - time.monotonic()))
            self._wanted = False
            self._started = time.monotonic()
            await self._work()

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()


class Agent:
    """One agent with one conversation open and in front of them."""

    def __init__(self, port: int, cookie: str, conversation: int) -> None:
        self._port, self._cookie, self._conversation = port, cookie, conversation
        self._path = f"/conversations/{conversation}"
        self._clients = [Client(port, cookie) for _ in range(3)]
        self._log = Coalescer(self._fetch_log, LOG_GAP)
        self._rows = Coalescer(self._fetch_rows, ROWS_GAP)
        self._read = Coalescer(self._post_read, READ_GAP)
        self._header = Coalescer(self._fetch_header, HEADER_GAP)
        self._cursor = self._token = self._live = ""
        self.bubbles = 0
        self.failures = 0

    async def run(self) -> None:
        """Open the page and live with it until cancelled."""
        page = await self._clients[0].ask(self._path, {})
        assert page.status == 200, f"{self._path}: {page.status}"
        self._cursor = _found(_LOG_CURSOR, page.body)
        self._token = _found(_TOKEN, page.body)
        cookie = page.headers.get("set-cookie", "").partition(";")[0]
        for client in self._clients:
            client.cookie = f"{self._cookie}; {cookie}" if cookie else self._cookie
        try:
            await self._listen(_found(_CURSOR, page.body))
        finally:
            for part in (self._log, self._rows, self._read, self._header):
                part.stop()
            for client in self._clients:
                client.close()

    async def _listen(self, cursor: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        try:
            writer.write(
                _head(f"/live?cursor={cursor}", "GET", self._cookie, {"Accept": "text/event-stream"})
            )
            status, _ = await _read_head(reader)
            assert status == 200, f"/live: {status}"
            kind, self._live = "", cursor
            while line := await reader.readline():
                if line.startswith(b"id: "):
                    self._live = line[4:].strip().decode()
                elif line.startswith(b"event: "):
                    kind = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    self._notice(kind, json.loads(line[6:]))
        finally:
            writer.close()

    def _notice(self, kind: str, data: dict[str, object]) -> None:
        mine = data.get("conversation") == self._conversation
        if kind in _ROW_KINDS:
            self._rows.call()
        if mine and kind in ("message.created", "message.changed"):
            self._log.call()
        if mine and kind in ("conversation.changed", "contact.changed") and "unread" not in data:
            self._header.call()

    async def _fetch_log(self) -> None:
        answer = await self._get(0, f"{self._path}/messages?since={self._cursor}")
        self._cursor = answer.headers.get("x-rookery-cursor", self._cursor)
        arrived = answer.body.count(b"<article")
        self.bubbles += arrived
        if arrived:
            self._read.call()

    async def _fetch_rows(self) -> None:
        here = self._live
        answer = await self._clients[1].ask(
            "/inbox/rows", {"X-Requested-With": "fetch", "X-Rookery-Cursor": here}
        )
        self.failures += answer.status != 200
        if _number(answer.headers.get("x-rookery-cursor", here)) < _number(here):
            self._rows.call()  # made for somebody who knew less

    async def _fetch_header(self) -> None:
        await self._get(2, f"{self._path}/header", "HX-Request", "true")

    async def _post_read(self) -> None:
        headers = {"X-CSRFToken": self._token, "Content-Type": "application/x-www-form-urlencoded"}
        answer = await self._clients[2].ask(f"{self._path}/read", headers, "POST", b"until=")
        self.failures += answer.status != 204

    async def _get(
        self, client: int, path: str, header: str = "X-Requested-With", value: str = "fetch"
    ) -> Answer:
        answer = await self._clients[client].ask(path, {header: value})
        self.failures += answer.status != 200
        return answer


def _number(cursor: str) -> int:
    return int(cursor.rpartition("-")[2] or 0)


async def together(agents: list[Agent], meanwhile: Awaitable[None]) -> None:
    """Let all agents live while `meanwhile` runs. An agent that fails fails everything."""
    tasks = [asyncio.create_task(agent.run()) for agent in agents]
    main = asyncio.ensure_future(meanwhile)
    done, _ = await asyncio.wait([*tasks, main], return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)
    for finished in done:
        finished.result()
    await main


def _found(pattern: re.Pattern[bytes], page: bytes) -> str:
    match = pattern.search(page)
    assert match is not None, f"the page has no {pattern.pattern!r}"
    return match[1].decode()


def _head(path: str, method: str, cookie: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookie}", "Accept-Language: en"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = {}
    for line in head[1:]:
        name, _, value = line.partition(": ")
        fields[name.lower()] = value
    return int(head[0].split()[1]), fields
