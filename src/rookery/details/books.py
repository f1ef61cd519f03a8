"""Reading a number's address book, once a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from rookery import db
from rookery.channels.connect import capabilities
from rookery.channels.models import Channel
from rookery.db.fields import now_millis
from rookery.details import moments, saved_names
from rookery.details.looking import Threads, judge, reason
from rookery.details.models import AddressBook
from rookery.details.pace import Pace

log = logging.getLogger(__name__)


def take(channels: Sequence[Channel], room: int) -> list[Channel]:
    """Claim up to `room` of these channels whose address book is due; the claim runs out by itself."""
    able = {channel.pk: channel for channel in channels if capabilities(channel).contacts}
    now = now_millis()
    dues = dict(AddressBook.objects.filter(pk__in=able).values_list("pk", "due_ms"))
    wanted = [pk for pk in able if dues.get(pk, 0) <= now][:room]
    if not wanted:
        return []
    with db.write():
        AddressBook.objects.bulk_create([AddressBook(pk=pk) for pk in wanted], ignore_conflicts=True)
        return [
            able[pk]
            for pk in wanted
            if AddressBook.objects.filter(pk=pk, due_ms=dues.get(pk, 0)).update(due_ms=now + moments.LEASE)
        ]


class Reading:
    """Carries out one claimed reading."""

    def __init__(self, threads: Threads, channel: Channel, pace: Pace) -> None:
        self.threads, self.channel, self.pace = threads, channel, pace

    async def run(self) -> None:
        """Never raises, save for cancellation and a database that is away."""
        at = (now_millis() + self.channel.clock_offset_ms) // 1000
        try:
            provider = await self.threads.in_rows(self.threads.connect, self.channel)
            self.pace.spend()
            async with asyncio.timeout(self.threads.seconds):
                book = await provider.contacts()
            self.pace.answered()
            await self.threads.in_rows(saved_names.keep, self.channel.account_id, book, at)
        except Exception as error:  # noqa: BLE001 - whatever it was, it has a wait
            await self.threads.in_rows(_fail, self.channel.pk, error, self.pace)
            return
        await self.threads.in_rows(_settle, self.channel.pk, moments.jitter(moments.BOOK_EVERY), 0)


def _fail(channel_id: int, error: Exception, pace: Pace) -> None:
    tries = AddressBook.objects.filter(pk=channel_id).values_list("tries", flat=True).first() or 0
    wait = judge(error, tries + 1)
    if wait.silent:
        pace.failed()
    log.info("address book later", extra={"channel": channel_id, "reason": reason(error), "tries": tries})
    _settle(channel_id, wait.millis, min(tries + (1 if wait.counted else 0), 1000))


def _settle(channel_id: int, wait: int, tries: int) -> None:
    with db.write():
        AddressBook.objects.filter(pk=channel_id).update(due_ms=now_millis() + wait, tries=tries)
