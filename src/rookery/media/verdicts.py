"""What a failed download means: another try by itself, a retry button, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from rookery.accounts.encryption import SecretUnavailable
from rookery.media.errors import MediaError, NoSpace
from rookery.providers.errors import BadMediaPath, NotAvailable, OutcomeUnknown, ProviderError

# Seconds until the next try. Together about twelve hours: a gateway that is away for a night loses nothing.
_LATER: Final = (5, 15, 60, 300, 900, *[1800] * 4, *[3600] * 9)
# A missing file comes back seldom and by somebody's hand: one more look, then the agent gets the button.
_MISSING: Final = (2,)
_NO_SPACE: Final = 60
GONE_AFTER: Final = 30 * 86400
"""WhatsApp keeps files for about a month; later nobody is likely to have them (seconds)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`after`: seconds to wait before a retry. `code` is stored and becomes words on the page."""

    outcome: Literal["retry", "failed", "gone"]
    code: str
    after: int = 0
    counted: bool = True


def judge(error: Exception, attempts: int, age: float) -> Verdict:
    """`attempts` made so far, this one included; `age` of the message in seconds."""
    if isinstance(error, NoSpace):
        return Verdict("retry", error.code, _NO_SPACE, counted=False)
    if isinstance(error, NotAvailable | BadMediaPath):
        verdict = _again(NotAvailable.code, attempts, _MISSING)
        return Verdict("gone", verdict.code) if verdict.outcome == "failed" and age > GONE_AFTER else verdict
    if isinstance(error, MediaError):
        return Verdict("failed", error.code)
    if isinstance(error, ProviderError):
        passing = error.retry or error.when_back or isinstance(error, OutcomeUnknown)
        return _again(error.code, attempts, _LATER) if passing else Verdict("failed", error.code)
    if isinstance(error, SecretUnavailable):
        return _again("secret_unavailable", attempts, _LATER)
    if isinstance(error, TimeoutError):
        return _again("media_timed_out", attempts, _LATER)
    return _again("storage_failed" if isinstance(error, OSError) else "media_error", attempts, _LATER)


def _again(code: str, attempts: int, waits: tuple[int, ...]) -> Verdict:
    if attempts > len(waits):
        return Verdict("failed", code)
    return Verdict("retry", code, waits[max(attempts, 1) - 1])
