"""How often one gateway is asked, and the questions themselves."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime

from rookery.providers.base import Provider
from rookery.providers.commands import ChatPage, RecordPage
from rookery.settings import conf
from rookery.waid import Jid

BURST = 5.0


class Pace:
    """A token bucket of one gateway: a handful at once, then so many a second."""

    def __init__(self, per_second: float | None = None) -> None:
        """`per_second`: by default the setting's, read at each question."""
        self._per_second = per_second
        self._tokens, self._at = BURST, 0.0

    def reserve(self, now: float) -> float:
        """Take a token; the seconds to wait before it may be used."""
        rate = self._per_second if self._per_second is not None else conf.float("CATCHUP_PER_SECOND")
        if self._at:
            self._tokens = min(BURST, self._tokens + max(0.0, now - self._at) * rate)
        self._at = now
        self._tokens -= 1.0
        return max(0.0, -self._tokens / rate)

    async def wait(self) -> None:
        """Return when the next question may be asked."""
        delay = self.reserve(time.monotonic())
        if delay:
            await asyncio.sleep(delay)


class Asking:
    """A provider's record, asked at a gateway's pace. Everything here may raise ProviderError."""

    def __init__(self, provider: Provider, pace: Pace) -> None:
        self._provider, self._pace = provider, pace

    async def chats(self, offset: int) -> ChatPage:
        """Hundred chats, the newest first."""
        await self._pace.wait()
        return await self._provider.chats(offset=offset, limit=100)

    async def page(self, chat: Jid, since: datetime, until: datetime, offset: int = 0) -> RecordPage:
        """A page of one chat, newest first."""
        await self._pace.wait()
        return await self._provider.record_page(chat, since, until, offset=offset)

    async def is_connected(self) -> bool:
        """Whether the phone is linked and there right now."""
        await self._pace.wait()
        status = await self._provider.device_status()
        return status.connected and status.logged_in
