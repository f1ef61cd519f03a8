"""After how long things are asked for again. All in milliseconds."""

from __future__ import annotations

import random
from typing import Final

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

INFO_EVERY: Final = DAY
PICTURE_EVERY: Final = WEEK
BOOK_EVERY: Final = DAY
BELL_EVERY: Final = MINUTE
"""A busy group rings often; it is looked at once in this time."""

NOT_CONNECTED: Final = 10 * MINUTE
LEASE: Final = 3 * MINUTE
"""Longer than any look takes: who died with one under way has it done by the next."""

_BACKOFF: Final = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR, DAY)


def backoff(tries: int) -> int:
    """The wait after so many failures in a row (1 or more)."""
    return jitter(_BACKOFF[min(max(tries, 1), len(_BACKOFF)) - 1])


def jitter(wait: int) -> int:
    """The wait, up to a tenth shorter or longer, so that not everything falls due at once."""
    return round(wait * random.uniform(0.9, 1.1))  # noqa: S311 - no secret
