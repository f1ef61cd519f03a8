"""What becomes of a message after an attempt, decided by the error's attributes alone (decisions C1)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rookery.providers.errors import ProviderError, Rejected, Unreachable

BACKOFF = (1, 2, 5, 10, 30, 60)
"""Seconds until the next try; the last one again and again, until the message is stale."""

_TIMED_OUT = frozenset({"timed_out", "connection_lost", "interrupted"})
_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Verdict:
    """retry: again after `wait_ms`; wait: when the number is back; failed; uncertain: never again by itself."""

    kind: Literal["retry", "wait", "failed", "uncertain"]
    code: str
    params: Mapping[str, str | int]
    wait_ms: int = 0
    row_possible: bool = True


def judge(error: ProviderError, attempts: int) -> Verdict:
    """`attempts`: how often it was tried before."""
    if not error.certain:
        return Verdict("uncertain", error.code, error.params, row_possible=error.row_possible)
    if error.when_back:
        return Verdict("wait", error.code, error.params)
    if error.retry:
        return Verdict("retry", error.code, error.params, backoff_ms(attempts))
    return Verdict("failed", error.code, error.params)


def backoff_ms(attempts: int) -> int:
    """How long to wait after that many earlier tries, with a fifth of jitter either way."""
    seconds = BACKOFF[min(attempts, len(BACKOFF) - 1)]
    return int(seconds * 1000 * _random.uniform(0.8, 1.2))


def failure_kind(error: ProviderError) -> str:
    """The label of `rookery_gateway_failures_total`."""
    if isinstance(error, Unreachable):
        return "refused"
    if error.code in _TIMED_OUT:
        return "timeout"
    if error.code == "garbage":
        return "garbage"
    return "4xx" if isinstance(error, Rejected) else "5xx"
