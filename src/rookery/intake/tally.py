"""What the door counts per number: signed events for numbers it does not serve, bodies too large, the last event.

Kept in memory and written now and then; losing a few in a crash is harmless.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest

if TYPE_CHECKING:
    from rookery.channels.models import Channel

EVERY = 5.0  # seconds between two writes


class Tally:
    """Counters by channel id. Counted on the event loop, taken by the writer's thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._flushing = Lock()
        self._ignored: Counter[int] = Counter()
        self._oversized: Counter[int] = Counter()
        self._last: dict[int, int] = {}

    def ignored(self, channel_id: int) -> None:
        with self._lock:
            self._ignored[channel_id] += 1

    def oversized(self, channel_id: int) -> None:
        with self._lock:
            self._oversized[channel_id] += 1

    def arrived(self, channel_id: int, received_ms: int) -> None:
        self._last[channel_id] = received_ms  # one thread writes, and the newest wins: no lock

    def __bool__(self) -> bool:
        return bool(self._ignored or self._oversized or self._last)

    def flush(self) -> None:
        """Add what was counted to the channels' rows; inside `db.write()`. Counts stay if that raises."""
        from rookery.channels.models import Channel

        with self._flushing:  # two at once would both add the same counts
            self._flush(Channel)

    def _flush(self, channel: type[Channel]) -> None:
        with self._lock:
            ignored, oversized, last = self._ignored.copy(), self._oversized.copy(), self._last.copy()
        for channel_id in sorted(set(ignored) | set(oversized) | set(last)):
            channel.objects.filter(pk=channel_id).update(
                ignored_events=F("ignored_events") + ignored[channel_id],
                oversized_events=F("oversized_events") + oversized[channel_id],
                last_event_ms=Greatest(Coalesce(F("last_event_ms"), Value(0)), Value(last.get(channel_id, 0)))
                if channel_id in last
                else F("last_event_ms"),
            )
        with self._lock:
            self._ignored -= ignored
            self._oversized -= oversized
            for channel_id, at in last.items():
                if self._last.get(channel_id) == at:
                    del self._last[channel_id]
