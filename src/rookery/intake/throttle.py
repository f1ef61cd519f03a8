"""Which addresses have failed too often of late. It answers only requests that have just failed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from time import monotonic

LIMIT = 30
WINDOW = 60.0  # seconds
_REMEMBERED = 10_000


class Throttle:
    """Failures per address (IPv6: per /64) in windows of a minute."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[float, int]] = {}

    def failed(self, address: str) -> int:
        """Count one more failure; returns how many there were in this window, this one included."""
        key, now = network_of(address), self._clock()
        since, count = self._failures.get(key, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        if key not in self._failures and len(self._failures) >= _REMEMBERED:
            self._forget(now)
        self._failures[key] = since, count + 1
        return count + 1

    def _forget(self, now: float) -> None:
        self._failures = {key: value for key, value in self._failures.items() if now - value[0] < WINDOW}
        while len(self._failures) >= _REMEMBERED:
            del self._failures[next(iter(self._failures))]


def network_of(address: str) -> str:
    """What counts as one sender: an IPv4 address, the /64 of an IPv6 one, else the text itself."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))
