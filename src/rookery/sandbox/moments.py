"""Times as the gateway writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(second: float) -> str:
    """RFC 3339, UTC, whole seconds."""
    return datetime.fromtimestamp(int(second), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def prose(second: int) -> str:
    """Go's own form, as it stands in the prose of a send."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")


def nanoseconds(moment: datetime) -> str:
    """RFC 3339 with nine decimals, as in `created_at` of a device."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "789Z"
