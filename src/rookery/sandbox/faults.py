"""What goes wrong next at the REST API, as the control API ordered it."""

from __future__ import annotations

import time
from fnmatch import fnmatchcase
from typing import Literal

from msgspec import Struct

Mode = Literal[
    "refuse",
    "reset",
    "timeout_before",
    "timeout_after",
    "status",
    "garbage",
    "slow",
    "hang",
    "panic",
    "cut",
    "trickle",
]

NO_ROW_TEXTS = (
    "context deadline exceeded",
    "timed out waiting for message send response",
    "websocket disconnected",
)


class Fault(Struct, kw_only=True):
    """One order: the next `times` requests whose path matches go wrong.

    path: prefix of the path below the base path, or a pattern with `*`; None: every request.
    seconds: before the connection drops (time-outs, hang), before the answer (slow), over which it is spread
    (trickle), of deafness (refuse).
    status, code, message, body, content_type: the answer of `status`; executed: whether the request is carried
    out nevertheless (status, garbage). after: this many matching requests pass first.
    """

    mode: Mode
    path: str | None = None
    times: int = 1
    seconds: float | None = None
    status: int | None = None
    code: str | None = None
    message: str | None = None
    body: str | None = None
    content_type: str | None = None
    executed: bool = False
    after: int = 0

    def matches(self, path: str) -> bool:
        if self.path is None:
            return True
        return fnmatchcase(path, self.path) if "*" in self.path else path.startswith(self.path)

    def leaves_row(self) -> bool:
        """Whether the gateway still stores its copy of a message sent under this fault (decisions C1)."""
        text = (self.message or "").lower()
        return self.status != 504 and not any(known in text for known in NO_ROW_TEXTS)


class Faults:
    """The orders still open, first come first served."""

    def __init__(self) -> None:
        self.open: list[Fault] = []
        self._deaf_until = 0.0

    def add(self, fault: Fault) -> None:
        self.open.append(fault)

    def clear(self) -> None:
        self.open.clear()
        self._deaf_until = 0.0

    def take(self, path: str) -> Fault | None:
        for fault in self.open:
            if not fault.matches(path):
                continue
            if fault.after > 0:
                fault.after -= 1
                return None
            fault.times -= 1
            if fault.times <= 0:
                self.open.remove(fault)
            return fault
        return None

    def deafen(self, seconds: float) -> None:
        """In-process stand-in for a closed listener."""
        self._deaf_until = time.monotonic() + seconds

    @property
    def deaf(self) -> bool:
        return time.monotonic() < self._deaf_until
