"""Answers that several people may be given for a moment.

A busy inbox changes a hundred times a second and twenty open pages ask for the same rows; made once, they serve
all who see the same. An answer names the place in the journal before which it was made: a page that knows of
something later asks again by itself, so nobody is left with an old one.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock

from rookery import journal

SECONDS = 0.25
_MOST = 200


@dataclass(frozen=True, slots=True)
class Shared:
    """An answer's body, what else it says, and the journal position before which it was made."""

    body: bytes
    unread: int
    cursor: str
    made: float


_lock = Lock()
_kept: OrderedDict[Hashable, Shared] = OrderedDict()


def answer(key: Hashable, make: Callable[[], tuple[bytes, int]]) -> Shared:
    """The answer for everybody with this key: one that is young enough, or a new one."""
    now = time.monotonic()
    with _lock:
        known = _kept.get(key)
        if known is not None and now - known.made < SECONDS:
            return known
    cursor = journal.position()
    body, unread = make()
    fresh = Shared(body, unread, cursor, time.monotonic())
    with _lock:
        _kept[key] = fresh
        _kept.move_to_end(key)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return fresh


def forget() -> None:
    """For tests."""
    with _lock:
        _kept.clear()
