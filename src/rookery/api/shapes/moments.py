"""Times as Chatwoot writes them: whole seconds, seconds with a fraction, or ISO with milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """`2025-10-09T08:55:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_seconds(seconds: int | None) -> str | None:
    """Epoch seconds as ISO; None for never (0 or None)."""
    return iso(datetime.fromtimestamp(seconds, UTC)) if seconds else None


def iso_millis(millis: int) -> str:
    return iso(datetime.fromtimestamp(millis / 1000, UTC))
