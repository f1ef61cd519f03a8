"""How much one gateway is asked: so many questions a minute, few at once, and a rest after failures in a row.

Kept in memory: after a restart a gateway gets a fresh start, and at most one burst.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from rookery.settings import conf

BURST: Final = 10
AT_ONCE: Final = 2
"""Looks under way at one gateway."""

FAILURES: Final = 3
FIRST_REST: Final = 60.0
LONGEST_REST: Final = 1800.0


class Pace:
    """One gateway's. Times are seconds of `clock`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tokens = float(BURST)
        self._filled = clock()
        self._failures = 0
        self._rest_until = 0.0
        self.busy = 0

    @property
    def room(self) -> int:
        """How many looks may begin now. After a rest it is one, until an answer comes."""
        self._fill()
        if self._clock() < self._rest_until:
            return 0
        places = 1 if self._failures >= FAILURES else AT_ONCE
        return max(0, min(int(self._tokens), places - self.busy))

    def spend(self) -> None:
        """One question is asked. A look of several questions may overdraw; the next one waits the longer."""
        self._fill()
        self._tokens -= 1

    def answered(self) -> None:
        """The gateway answered, whatever it said."""
        self._failures = 0

    def failed(self) -> float | None:
        """No answer, or none of use. The seconds of rest that begin now, or None."""
        self._failures += 1
        if self._failures < FAILURES or self._clock() < self._rest_until:
            return None
        rest = float(min(FIRST_REST * 2 ** min(self._failures - FAILURES, 10), LONGEST_REST))
        self._rest_until = self._clock() + rest
        return rest

    def _fill(self) -> None:
        now = self._clock()
        self._tokens = min(BURST, self._tokens + (now - self._filled) * conf.int("DETAILS_PER_MINUTE") / 60)
        self._filled = now
