"""One HTTP delivery of a webhook over a fresh connection, framed exactly as the gateway frames it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urljoin, urlsplit

Headers = Sequence[tuple[str, str]]
Deliver = Callable[[str, Headers, bytes, bool], Awaitable[int]]
"""(url, headers, body, chunked) -> HTTP status; raises OSError or TimeoutError when there is none."""

CHUNK = 32 * 1024
MAX_REDIRECTS = 10


def _frame(body: bytes, chunked: bool) -> tuple[str, bytes]:
    if not chunked:
        return f"Content-Length: {len(body)}", body
    parts = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return "Transfer-Encoding: chunked", framed + b"0\r\n\r\n"


def request_bytes(method: str, url: str, headers: Headers, body: bytes, chunked: bool) -> bytes:
    """The request as it goes over the wire."""
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = parts.netloc.rpartition("@")[2]
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}"]
    framing, framed = _frame(body, chunked) if method == "POST" else ("", b"")
    shown = [f"{name}: {value}" for name, value in headers]
    lines += shown[:1] + ([framing] if framing else []) + shown[1:]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + framed


async def _exchange(url: str, request: bytes, insecure: bool) -> tuple[int, str]:
    parts = urlsplit(url)
    tls: ssl.SSLContext | None = None
    if parts.scheme == "https":
        tls = ssl._create_unverified_context() if insecure else ssl.create_default_context()  # noqa: S323, SLF001
    port = parts.port or (443 if tls else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=tls)
    try:
        writer.write(request)
        await writer.drain()
        return await _answer(reader)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Status and `Location` of the final answer; the body is never looked at."""
    while True:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ")[1])
        if status >= 200:
            break
    fields = dict(line.partition(":")[::2] for line in head[1:] if ":" in line)
    location = next((value.strip() for name, value in fields.items() if name.lower() == "location"), "")
    return status, location


class SocketPost:
    """The default `Deliver`: a new connection each time, redirects treated as the profile does."""

    def __init__(self, reposts_redirects: bool, insecure: bool = False) -> None:
        self._reposts = reposts_redirects
        self._insecure = insecure

    async def __call__(self, url: str, headers: Headers, body: bytes, chunked: bool) -> int:
        method = "POST"
        for _hop in range(MAX_REDIRECTS + 1):
            request = request_bytes(method, url, headers, body, chunked)
            try:
                status, location = await _exchange(url, request, self._insecure)
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError) as broken:
                raise ConnectionError("the receiver's answer is not HTTP") from broken
            if status in {301, 302, 303} and location:
                method = "GET"
            elif status not in {307, 308} or not location or not self._reposts:
                return status
            url = urljoin(url, location)
        raise ConnectionError("stopped after 10 redirects")
