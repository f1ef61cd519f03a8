"""Django as WSGI, called with a whole body and asked for a whole answer.

A thread is taken when the request's body lies in memory or on disk, and given back before the first byte of
the answer is sent: with plain WSGI three stalled uploads or three unread downloads stop three threads.
(Django's own ASGI path costs a hop between threads for each middleware: engine report, section 1.)
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote_from_bytes

from a2wsgi.wsgi import build_environ

from rookery.doors.asgi_types import Scope
from rookery.doors.bodies import Body

log = logging.getLogger(__name__)

IN_MEMORY = 1024 * 1024
_SAFE_QUERY = "".join(chr(code) for code in range(33, 127))

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Answer:
    """A whole answer. Small bodies lie in memory, larger ones in a file without a name. Close it."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: IO[bytes], size: int) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.size = size

    def take(self, name: bytes) -> str | None:
        """The value of a header, which is removed."""
        found = [value for known, value in self.headers if known == name]
        self.headers = [pair for pair in self.headers if pair[0] != name]
        return found[-1].decode("latin-1") if found else None

    def close(self) -> None:
        self.body.close()


def call(app: WsgiApp, scope: Scope, body: Body, folder: Path) -> Answer:
    """Run one request on this thread. Never raises: what the application lets through becomes a 500."""
    try:
        return _call(app, _environ(scope, body), folder)
    except Exception:
        log.exception("the application failed")
        text = b"Internal Server Error\n"
        return Answer(500, [(b"content-type", b"text/plain; charset=utf-8")], BytesIO(text), len(text))


def _environ(scope: Scope, body: Body) -> dict[str, Any]:
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name not in (b"content-length", b"transfer-encoding")
    ]
    if body.size or scope["method"] in ("POST", "PUT", "PATCH"):
        headers.append((b"content-length", str(body.size).encode()))
    query = quote_from_bytes(scope["query_string"], safe=_SAFE_QUERY).encode()
    whole: Any = {**scope, "headers": headers, "query_string": query}
    source: Any = body.file
    environ: dict[str, Any] = dict(build_environ(whole, source))
    environ["wsgi.errors"] = sys.stderr
    environ["wsgi.input_terminated"] = True
    return environ


def _call(app: WsgiApp, environ: dict[str, Any], folder: Path) -> Answer:
    begun: list[Any] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        begun[:] = [status, headers]
        return chunks.append

    chunks: list[bytes] = []
    result = app(environ, start_response)
    try:
        body, size = _gather(chunks, result, folder)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    status, headers = begun
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return Answer(int(status[:3]), encoded, body, size)


def _gather(chunks: list[bytes], result: Iterable[bytes], folder: Path) -> tuple[IO[bytes], int]:
    size, file = sum(map(len, chunks)), None
    for chunk in result:
        size += len(chunk)
        if file is None and size > IN_MEMORY:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 -- lives as long as the answer
            file.write(b"".join(chunks))
            chunks.clear()
        if file is None:
            chunks.append(chunk)
        else:
            file.write(chunk)
    if file is None:
        return BytesIO(b"".join(chunks)), size
    file.seek(0)
    return file, size
