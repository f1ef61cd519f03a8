"""What other rooms may ask of the engine. It looks for requests every few seconds; nothing is done at once."""

from __future__ import annotations

from rookery.catchup import schedule


def do_ask(channel_id: int, reason: str = "asked") -> None:
    """Read the number's record soon, from the mark on. Asked twice it happens once."""
    schedule.do_ask(channel_id, reason)
