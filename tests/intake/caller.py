"""A gateway's side of a webhook: raw ASGI calls, signed as one likes."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SECRET = "0123456789abcdef0123456789abcdef"


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


@dataclass
class Reply:
    """What the door answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def word(self) -> str:
        word: str = self.json["status"]
        return word


class Caller:
    """Posts to an ASGI application as a gateway would."""

    def __init__(self, app: Any, phone: str) -> None:
        self.app = app
        self.phone = phone

    async def __call__(
        self,
        body: bytes = b"{}",
        *,
        path: str | None = None,
        signature: str | None = "",
        method: str = "POST",
        chunks: Sequence[bytes] | None = None,
        length: int | None = None,
        address: str = "192.0.2.1",
    ) -> Reply:
        """`signature` "" makes the right one, None leaves the header out; `chunks` sends without a length."""
        headers = [(b"host", b"anything.test"), (b"content-type", b"application/json")]
        if signature is not None:
            headers.append((b"x-hub-signature-256", (signature or sign(body)).encode()))
        if chunks is None:
            headers.append((b"content-length", str(len(body) if length is None else length).encode()))
        scope = {
            "type": "http", "method": method, "headers": headers, "query_string": b"",
            "path": f"/webhooks/whatsapp/{self.phone}" if path is None else path, "client": (address, 4711),
        }  # fmt: skip
        return await exchange(self.app, scope, list(chunks if chunks is not None else [body]))


async def exchange(app: Any, scope: dict[str, Any], chunks: list[bytes]) -> Reply:
    """One request and its answer."""
    waiting = list(chunks) or [b""]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        if not waiting:
            return {"type": "http.disconnect"}
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], headers, b"".join(message.get("body", b"") for message in rest))
