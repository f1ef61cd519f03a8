"""Reading what the gateway answers to a send."""

import re
from datetime import UTC, datetime
from typing import Final

from rookery.providers.commands import Sent
from rookery.providers.errors import OutcomeUnknown
from rookery.providers.reading import MAX_ID, Fields

# Go's way to write a time: `2026-03-04 15:04:05 +0000 UTC`, `2026-03-04 12:04:05.5 -0300 -03`.
_SERVER_TIME: Final = re.compile(
    r"server timestamp: (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d+)? ([+-]\d{4})", re.ASCII
)


def read_sent(results: object) -> Sent:
    """Raises OutcomeUnknown if the answer names no message: without its id nobody can say that it left."""
    found = Fields(results)
    source_id = found.text("message_id")
    if not 0 < len(source_id) <= MAX_ID:
        raise OutcomeUnknown("garbage")
    prose = found.text("status", 1_000)
    return Sent(source_id, server_time(prose), prose)


def server_time(prose: str) -> datetime | None:
    """WhatsApp's second as the prose of an answer tells it, in UTC."""
    found = _SERVER_TIME.search(prose)
    if found is None:
        return None
    try:
        return datetime.strptime(" ".join(found.groups()), "%Y-%m-%d %H:%M:%S %z").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
