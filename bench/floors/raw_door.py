"""An ASGI handler that reads a webhook, verifies its signature, parses it, and stores nothing."""

from __future__ import annotations

import hmac
from typing import Any

import msgspec

_KEY = b"5eed" * 16  # tests.cast.SECRET, which cannot be imported without Django
_START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", b"21")],
}
_BODY = {"type": "http.response.body", "body": b'{"status":"accepted"}'}
_parse = msgspec.json.Decoder().decode


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers every genuine webhook as the real door does."""
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    given = next((value for name, value in scope["headers"] if name == b"x-hub-signature-256"), b"")
    wanted = b"sha256=" + hmac.digest(_KEY, body, "sha256").hex().encode()
    if not hmac.compare_digest(wanted, given):
        raise ValueError("a wrong signature")
    _parse(body)
    await send(_START)
    await send(_BODY)
