"""Integer times of the message path.

Rows of the message path keep times as integers: hand-written SQL means the same on both databases, and
WhatsApp's own unit is the whole second. `Seconds` columns end in `at`, `Millis` columns in `_ms`.
"""

from __future__ import annotations

import time

from django.db import models


class Seconds(models.BigIntegerField):  # type: ignore[type-arg]
    """Epoch seconds, UTC."""


class Millis(models.BigIntegerField):  # type: ignore[type-arg]
    """Epoch milliseconds, UTC."""


def now_seconds() -> int:
    return int(time.time())


def now_millis() -> int:
    return time.time_ns() // 1_000_000
