"""Raw events that speak of certain messages or people: found and forgotten after an erasure."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from rookery import db
from rookery.intake import claims
from rookery.intake.models import RawEvent

SHORTEST: Final = 8
"""A shorter id or number says too little: senders choose their ids, and one called "text" would match everything."""

_NAMES: Final = re.compile(r"(?:^|_)(?:id|ids|jid|jids|lid|from)$")
_OURS: Final = frozenset({"device_id", "session_id"})


class Found(NamedTuple):
    """A raw event as the search sees it."""

    id: int
    channel_id: int | None
    received_ms: int
    state: int
    body: bytes


def read(after_id: int, limit: int) -> list[Found]:
    """The next raw events by id, in any state."""
    rows = RawEvent.objects.filter(id__gt=after_id).order_by("id")
    found = rows.values_list("id", "channel_id", "received_ms", "state", "body")[:limit]
    return [Found(*row[:-1], bytes(row[-1])) for row in found]


def speaks_of(body: bytes, needles: Collection[str]) -> bool:
    """Whether a delivery names one of these message ids or addresses (their user part), as author, chat or target.

    What is no JSON speaks of whatever stands in it.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return any(one.encode() in body for one in needles)
    return not set(needles).isdisjoint(_named(data))


def forget(events: Collection[Found]) -> int:
    """Delete them for good; their digests stay or are made, so that a replay is a double. How many."""
    with db.write():
        for event in events:
            if event.state == RawEvent.State.PARKED and event.channel_id is not None:
                claims.seen(event.channel_id, [claims.digest_of(event.body)])
        still = RawEvent.objects.filter(id__in=[event.id for event in events])
        deleted, _ = still.exclude(state=RawEvent.State.NEW).delete()
    return deleted


def _named(data: Any) -> Iterator[str]:
    """Everything below a key that names a message or an address."""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.items())
        elif isinstance(value, list):
            waiting.extend((key, one) for one in value)
        elif isinstance(value, str) and _NAMES.search(key) and key not in _OURS:
            for part in value.split(" in "):
                yield part
                yield part.partition("@")[0].partition(":")[0]
