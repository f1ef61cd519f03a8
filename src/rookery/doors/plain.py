"""Short answers that the front gives itself."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from rookery.doors.asgi_types import Send

_SAFE = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


async def say(
    send: Send,
    status: int,
    text: str = "",
    *,
    kind: str = "text/plain",
    headers: Sequence[tuple[bytes, bytes]] = (),
    close: bool = False,
) -> None:
    """Answer with a short text; `close` ends the connection behind it."""
    body = (text or HTTPStatus(status).phrase).encode() + b"\n"
    more = [
        (b"content-type", f"{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        *_SAFE,
        *headers,
    ]
    if close:
        more.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": more})
    await send({"type": "http.response.body", "body": body})
