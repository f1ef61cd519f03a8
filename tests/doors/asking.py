"""Requests to an ASGI application, without a server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

HOST = "rookery.test"


@dataclass
class Reply:
    status: int
    headers: list[tuple[bytes, bytes]]
    pieces: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.pieces)

    def header(self, name: str) -> str | None:
        found = [value.decode() for known, value in self.headers if known == name.encode()]
        assert len(found) <= 1, f"{name} stands there twice"
        return found[0] if found else None


async def ask(
    app: Any,
    path: str = "/",
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    chunks: list[bytes] | None = None,
    client: str = "192.0.2.1",
    query: bytes = b"",
    forever: bool = False,
) -> Reply:
    """One request. `chunks` is the body; `forever`: the rest of it never comes."""
    given = {"host": HOST} | (headers or {})
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in given.items()], "http_version": "1.1",
        "client": (client, 4711), "server": ("127.0.0.1", 8000), "scheme": "http", "root_path": "",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip
    waiting = list(chunks or [b""])
    replies: list[Reply] = []
    answered = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not waiting:
            await answered.wait()
            return {"type": "http.disconnect"}
        chunk = waiting.pop(0)
        if forever and not waiting:
            await asyncio.sleep(1000)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            replies.append(Reply(message["status"], list(message["headers"])))
        else:
            replies[0].pieces.append(message.get("body", b""))
            if not message.get("more_body"):
                answered.set()

    await app(scope, receive, send)
    assert len(replies) == 1
    return replies[0]
