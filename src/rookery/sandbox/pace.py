"""How fast the simulated world moves."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Factors on real durations: 1.0 is true to life, 0.0 does not wait.

    people: receipts, replies, writing of rows; retries: pauses between webhook attempts;
    timeouts: the 10 s and 30 s of a delivery and the 45 s of a request.
    """

    people: float = 1.0
    retries: float = 1.0
    timeouts: float = 1.0

    @classmethod
    def of(cls, value: float | Pace) -> Pace:
        """A plain number slows or hastens people and retries, and leaves the time-outs alone."""
        return value if isinstance(value, Pace) else cls(people=value, retries=value)
