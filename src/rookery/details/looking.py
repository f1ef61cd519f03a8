"""One look at one person or group: ask, fetch, keep, and say when it is due again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import ParamSpec, Protocol, TypeAlias, TypeVar

from rookery.accounts.encryption import SecretUnavailable
from rookery.channels.models import Channel
from rookery.db.fields import now_millis
from rookery.details import keeping, moments, pictures, roster, schedule, squares, ways
from rookery.details.models import Look
from rookery.details.pace import Pace
from rookery.details.schedule import Due, Outcome
from rookery.details.ways import Way
from rookery.media.errors import MediaError, NoSpace
from rookery.media.errors import TooLarge as TooLargeHere
from rookery.media.incoming import Incoming
from rookery.outbound_http import BadUrl, Transport
from rookery.processing.places import load_place
from rookery.providers.base import Provider
from rookery.providers.commands import Avatar
from rookery.providers.errors import (
    BadMediaPath,
    ConfigProblem,
    NotAvailable,
    Paused,
    ProviderError,
    Rejected,
    TooLarge,
)

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
Connect: TypeAlias = Callable[[Channel], Provider]


class Threads(Protocol):
    """What a look gets from the worker: threads for what blocks, and the network."""

    seconds: float
    pictures: Transport | None

    def in_rows(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...

    def in_looks(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...

    def connect(self, channel: Channel) -> Provider: ...


class Refused(Exception):
    """There is a picture, but not one that we fetch or can draw."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What a failure means: when to look again, and whether it counts. `silent`: the gateway gave nothing of use."""

    millis: int
    counted: bool
    silent: bool


class Looking:
    """Carries out a claimed look."""

    def __init__(self, threads: Threads, due: Due, pace: Pace) -> None:
        self.threads, self.due, self.pace = threads, due, pace
        self._done = Outcome(0, 0, due.info_ms, due.picture_ms, due.picture)
        if due.rang:
            self._done = replace(self._done, info_ms=0)  # stays wanted until it was answered

    async def run(self) -> None:
        """Never raises, save for cancellation and a database that is away: then the claim runs out."""
        way = await self.threads.in_rows(ways.find, self.due)
        if way is None:
            await self.threads.in_rows(_forget_or_wait, self.due)
            return
        try:
            await self._look(way)
        except Exception as error:  # noqa: BLE001 - whatever it was, it has a wait
            await self._fail(error)
            return
        next_ms = schedule.next_after(self._done.info_ms, self._done.picture_ms, is_group=self.due.is_group)
        await self._settle(replace(self._done, next_ms=next_ms))

    async def _look(self, way: Way) -> None:
        provider = await self.threads.in_rows(self.threads.connect, way.channel)
        now = now_millis()
        if self.due.wants_info(now):
            if way.can.groups:
                await self._group(provider, way)
            self._done = replace(self._done, info_ms=now)
        if self.due.wants_picture(now):
            state = await self._picture(provider, way) if way.can.avatars else ""
            self._done = replace(self._done, picture_ms=now, picture=state)

    async def _group(self, provider: Provider, way: Way) -> None:
        at = (now_millis() + way.channel.clock_offset_ms) // 1000
        try:
            info = await self._ask(lambda: provider.group_info(way.jid))
        except NotAvailable:
            return  # not ours any more: what events said stays
        found = await self.threads.in_rows(load_place, way.channel.pk)
        if found is not None:
            await self.threads.in_rows(roster.keep, found[0], self.due.contact_id, info, at)

    async def _picture(self, provider: Provider, way: Way) -> str:
        avatar = await self._ask(lambda: provider.avatar(way.jid, group=self.due.is_group))
        if avatar is None:
            await self.threads.in_rows(keeping.do_show, self.due.contact_id, "", "")
            return Look.Picture.NONE
        if avatar.id and avatar.id == way.avatar_id and way.avatar_key:
            return Look.Picture.SHOWN
        try:
            key = await self._fetch(provider, avatar)
        except (Refused, pictures.Elsewhere, BadMediaPath, TooLarge, TooLargeHere) as error:
            log.info(
                "picture not taken", extra={"contact": self.due.contact_id, "reason": type(error).__name__}
            )
            return Look.Picture.REFUSED
        await self.threads.in_rows(keeping.do_show, self.due.contact_id, key, avatar.id[:120])
        return Look.Picture.SHOWN

    async def _fetch(self, provider: Provider, avatar: Avatar) -> str:
        """The picture's key in storage."""
        where = pictures.find(avatar.url, provider.base_url(provider.config.base_url))
        with await asyncio.to_thread(Incoming, limit=pictures.LARGEST) as incoming:
            async with asyncio.timeout(self.threads.seconds):
                await pictures.bring(
                    where, provider, incoming, seconds=self.threads.seconds, transport=self.threads.pictures
                )
            received = await asyncio.to_thread(incoming.finish)
            square = await self.threads.in_looks(squares.draw, received.path, received.type)
            if square is None:
                raise Refused
        return await self.threads.in_looks(keeping.put, square)

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """One question to the gateway, within its time."""
        self.pace.spend()
        try:
            async with asyncio.timeout(self.threads.seconds):
                answer = await question()
        except Rejected as error:
            if not judge(error, 1).silent:
                self.pace.answered()
            raise
        self.pace.answered()
        return answer

    async def _fail(self, error: Exception) -> None:
        wait = judge(error, self.due.tries + 1)
        if wait.silent and (rest := self.pace.failed()) is not None:
            log.warning(
                "a gateway gives no details: a rest", extra={"channel": self.due.channel_id, "seconds": rest}
            )
        known = isinstance(error, (ProviderError, TimeoutError, MediaError))
        log.info(
            "details later",
            exc_info=None if known else error,
            extra={"contact": self.due.contact_id, "reason": reason(error), "tries": self.due.tries},
        )
        tries = self.due.tries + (1 if wait.counted else 0)
        await self._settle(replace(self._done, next_ms=now_millis() + wait.millis, tries=min(tries, 1000)))

    async def _settle(self, outcome: Outcome) -> None:
        await self.threads.in_rows(schedule.settle, self.due, outcome)


def judge(error: Exception, tries: int) -> Wait:
    """What follows from a failure, the `tries`-th in a row. Unknown errors count, but are no fault of the gateway's."""
    if isinstance(error, NoSpace):
        return Wait(moments.HOUR, counted=False, silent=False)
    if isinstance(error, (SecretUnavailable, ConfigProblem, BadUrl)):
        return Wait(moments.HOUR, counted=False, silent=False)
    if isinstance(error, TimeoutError):
        return Wait(moments.backoff(tries), counted=True, silent=True)
    if isinstance(error, ProviderError):
        if error.when_back:
            return Wait(moments.jitter(moments.NOT_CONNECTED), counted=False, silent=True)
        silent = isinstance(error, Paused) or not isinstance(error, Rejected)
        return Wait(moments.backoff(tries), counted=True, silent=silent)
    return Wait(moments.backoff(tries), counted=True, silent=False)


def reason(error: Exception) -> str:
    """A failure's name for the log."""
    return error.code if isinstance(error, (ProviderError, MediaError)) else type(error).__name__


def _forget_or_wait(due: Due) -> None:
    """Nobody can be asked now: joined into another contact, without an address, or its numbers are not connected."""
    schedule.give_up(due, now_millis() + moments.jitter(moments.NOT_CONNECTED))
