"""Reading a webhook's body: whole, or past us when it is too large or nobody is there to keep it for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import Any

from rookery.intake.answers import Answer, Message, Receive
from rookery.intake.book import Secret
from rookery.intake.signature import PassingBody

DEADLINE = 20.0  # seconds from the first byte; the gateway itself gives up after 10
SMALL = 64 * 1024
MOST_HELD = 64 * 1024 * 1024  # bytes of larger bodies held at once, in the whole process
LONGEST_STREAM = 8  # times the limit, after which we stop listening


class Refused(Exception):
    """The body cannot be had; `answer` says why, None when the sender has gone."""

    def __init__(self, answer: Answer | None) -> None:
        super().__init__(answer)
        self.answer = answer


class TooLarge(Exception):
    """The body was longer than the limit and streamed past; `passed` knows whose signature it had."""

    def __init__(self, passed: PassingBody) -> None:
        super().__init__()
        self.passed = passed


class Reader:
    """Reads bodies of up to `limit` bytes, and bounds what all of them together hold in memory."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        # Who reads since when, the oldest first. One look a second costs less than a timer for each request.
        self._reading: dict[asyncio.Task[Any], float] = {}
        self._expired: set[asyncio.Task[Any]] = set()

    async def read(
        self, receive: Receive, expected: int, secrets: Sequence[Secret], *, keep: bool = True
    ) -> bytes:
        """The whole body, or b"" when there is nobody to `keep` it for. Raises TooLarge and Refused.

        `secrets` are those that may have signed it, should it be too large.
        """
        task = asyncio.current_task()
        assert task is not None
        self._reading[task] = monotonic()
        try:
            message = await receive()
            if not message.get("more_body") and expected <= self._limit:
                body = _chunk(message)
                if len(body) <= self._limit:
                    return body if keep else b""
            return await self._read_on(message, receive, expected, secrets, keep)
        except asyncio.CancelledError:
            if task not in self._expired:
                raise
            task.uncancel()
            raise Refused(Answer.SLOW) from None
        finally:
            del self._reading[task]
            self._expired.discard(task)

    def look(self) -> None:
        """End the readings that have lasted too long. Call it about once a second."""
        begun = monotonic() - DEADLINE
        for task, since in self._reading.items():
            if since > begun:
                break
            if task not in self._expired:
                self._expired.add(task)
                task.cancel()

    async def _read_on(
        self, message: Message, receive: Receive, expected: int, secrets: Sequence[Secret], keep: bool
    ) -> bytes:
        """The long way: several chunks, or too many."""
        kept: list[bytes] = []
        passing = PassingBody(secrets) if expected > self._limit else None
        size = held = 0
        try:
            while True:
                chunk = _chunk(message)
                size += len(chunk)
                if passing is None and size > self._limit:
                    passing = PassingBody(secrets)
                    for earlier in kept:
                        passing.feed(earlier)
                    kept.clear()
                if passing is not None:
                    passing.feed(chunk)
                elif keep:
                    kept.append(chunk)
                    held += self._hold(max(size - SMALL - held, 0))
                if not message.get("more_body"):
                    break
                if size > self._limit * LONGEST_STREAM:
                    raise Refused(Answer.ENDLESS)
                message = await receive()
        finally:
            self._held -= held
        if passing is not None:
            raise TooLarge(passing)
        return b"".join(kept)

    def _hold(self, more: int) -> int:
        if self._held + more > MOST_HELD:
            raise Refused(Answer.NOWHERE)
        self._held += more
        return more


def _chunk(message: Message) -> bytes:
    if message["type"] != "http.request":
        raise Refused(None)
    chunk: bytes = message.get("body", b"")
    return chunk
