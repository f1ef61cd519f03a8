"""How fast one number may write: a token bucket in the channel's row.

A burst of 20, then 30 a minute with jitter, for a number that writes like a machine gets restricted. With fewer
than two tokens left each message costs between half a token and one and a half, so gaps differ and the mean holds.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from rookery.channels.models import Channel
from rookery.settings import conf

BURST = 20.0
FAR_AHEAD_MS = 60_000
_random = random.SystemRandom()


def per_minute(settings: Mapping[str, Any]) -> float:
    """The channel's own `pace_per_minute`, else the setting's; 0 is no pace."""
    own = settings.get("pace_per_minute")
    if isinstance(own, int | float) and not isinstance(own, bool) and own >= 0:
        return float(own)
    return float(conf.int("SEND_PACE_PER_MINUTE"))


class Bucket:
    """A channel's tokens at one moment. Use inside `db.write()` with the row locked, then `save`."""

    def __init__(self, channel: Channel, now_ms: int) -> None:
        self._channel, self._now_ms = channel, now_ms
        self._rate = per_minute(channel.settings)
        self._tokens = refill(channel.pace_tokens, channel.pace_at_ms, now_ms, self._rate)

    @property
    def room(self) -> int:
        """How many messages may go now, at most."""
        return 1_000 if self._rate == 0 else max(0, int(self._tokens))

    def take(self) -> bool:
        """Pay for one message; False when there is not enough."""
        if self._rate == 0:
            return True
        if self._tokens < 1:
            return False
        self._tokens -= 1 if self._tokens >= 2 else _random.uniform(0.5, 1.5)
        return True

    def save(self) -> None:
        if self._rate:
            row = Channel.objects.filter(pk=self._channel.pk)
            row.update(pace_tokens=self._tokens, pace_at_ms=self._now_ms)


def refill(tokens: float, at_ms: int, now_ms: int, rate: float) -> float:
    """Tokens after the time since `at_ms` at `rate` a minute; a clock that went back adds none, or just enough to
    begin anew where `at_ms` is so far ahead that nothing would go for long."""
    if at_ms - now_ms > FAR_AHEAD_MS:
        return max(tokens, 1.0)
    return min(BURST, tokens + max(0, now_ms - at_ms) / 60_000 * rate)
