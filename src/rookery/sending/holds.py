"""Numbers that are out of service: their messages wait, and now and then the gateway is asked whether they are back.

Kept in the process: a worker that starts anew learns it from its first attempt.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from rookery.channels.connect import Connections
from rookery.providers.errors import ProviderError
from rookery.sending.database import Database
from rookery.sending.routes import find_channel, reach

log = logging.getLogger(__name__)

FIRST_SECONDS = 2.0
LONGEST_SECONDS = 30.0


@dataclass(slots=True)
class _Hold:
    wait: float
    ask_at: float


class Holds:
    """Channels nothing is sent through for now."""

    def __init__(self) -> None:
        self._held: dict[int, _Hold] = {}

    def __contains__(self, channel_id: object) -> bool:
        return channel_id in self._held

    @property
    def channels(self) -> frozenset[int]:
        return frozenset(self._held)

    def add(self, channel_id: int) -> None:
        if channel_id not in self._held:
            self._held[channel_id] = _Hold(FIRST_SECONDS, time.monotonic() + FIRST_SECONDS)
            log.warning("number out of service, its messages wait", extra={"channel_id": channel_id})

    def due(self) -> list[int]:
        """Channels to ask about now; each is due again only later."""
        now = time.monotonic()
        found = [channel_id for channel_id, hold in self._held.items() if hold.ask_at <= now]
        for channel_id in found:
            hold = self._held[channel_id]
            hold.wait = min(hold.wait * 2, LONGEST_SECONDS)
            hold.ask_at = now + hold.wait
        return found

    async def ask(self, channel_id: int, database: Database, connections: Connections) -> None:
        """Let the channel go when its number is connected and logged in, or when it does not exist any more."""
        try:
            channel = await database.run(find_channel, channel_id)
            if channel is not None:
                status = await reach(connections, channel).device_status()
                if not (status.connected and status.logged_in):
                    return
        except ProviderError:
            return
        self._held.pop(channel_id, None)
        log.info("number is back", extra={"channel_id": channel_id})
