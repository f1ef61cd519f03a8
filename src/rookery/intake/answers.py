"""Every answer of the webhook door, ready to be sent. Never a redirect: gateways follow them and lose the event."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rookery.telemetry import metrics

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Form:
    status: int
    word: str
    why: str = ""
    closes: bool = False


class Answer(Enum):
    """What the door says."""

    ACCEPTED = _Form(200, "accepted")
    DUPLICATE = _Form(200, "duplicate")
    IGNORED = _Form(200, "ignored")
    EMPTY = _Form(400, "empty", "the body is empty")
    UNSIGNED = _Form(401, "refused", "signature missing or wrong")
    UNKNOWN = _Form(404, "unknown", "no such number here")
    METHOD = _Form(405, "refused", "only POST")
    SLOW = _Form(408, "refused", "the body did not arrive in time", closes=True)
    TOO_LARGE = _Form(413, "refused", "too large")
    ENDLESS = _Form(413, "refused", "too large", closes=True)
    THROTTLED = _Form(429, "refused", "too many wrong signatures or numbers from this address")
    NOWHERE = _Form(503, "unavailable", "it can be stored nowhere at the moment")

    def __init__(self, form: _Form) -> None:
        fields = {"status": form.word} | ({"error": form.why} if form.why else {})
        body = json.dumps(fields, separators=(",", ":")).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if form.status == 405:
            headers.append((b"allow", b"POST"))
        if form.closes:
            headers.append((b"connection", b"close"))
        self.status = form.status
        self._start = {"type": "http.response.start", "status": form.status, "headers": headers}
        self._body = {"type": "http.response.body", "body": body}
        self._new = 0
        self._counted = metrics.webhooks.labels(answer=form.word if form.status == 200 else str(form.status))

    async def send(self, send: Send) -> None:
        self._new += 1
        await send(self._start)
        await send(self._body)

    def count(self) -> None:
        """Add what was said since the last time to the figures: once a second, a count in a shared file is not free."""
        new, self._new = self._new, 0
        if new:
            self._counted.inc(new)


def count() -> None:
    """Bring the figures of all answers up to date."""
    for answer in Answer:
        answer.count()
