"""WhatsApp's clock minus ours, learnt from every answer (decisions B3)."""

from __future__ import annotations

from rookery.channels.models import Channel


def narrow(offset_ms: int, left_ms: int, ended_ms: int, second: int) -> int:
    """The offset nearest to the one we believed in that fits this answer.

    The server stamped `second` (a whole one: anything up to 999 ms later is the same) at some moment between
    `left_ms` and `ended_ms` of our clock.
    """
    lowest, highest = second * 1000 - ended_ms, second * 1000 + 999 - left_ms
    return max(lowest, min(highest, offset_ms))


def learn(channel_id: int, believed_ms: int, left_ms: int, ended_ms: int, second: int) -> None:
    """Correct the channel's offset if this answer contradicts it. Inside `db.write()`."""
    offset = narrow(believed_ms, left_ms, ended_ms, second)
    if offset != believed_ms:
        Channel.objects.filter(pk=channel_id).update(clock_offset_ms=offset)
