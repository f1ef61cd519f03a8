"""The webhook door: raw ASGI in front of Django. Verify, make durable, answer; nothing else.

Order of the checks: method, size, number, header, signature, empty, store. There is no host check: gateways
call us by whatever name their network has for us, and a signature says more than a header anybody may write.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from rookery.db.fields import now_millis
from rookery.intake import answers, filing, presence, signature
from rookery.intake.answers import Answer, Receive, Scope, Send
from rookery.intake.body import Reader, Refused, TooLarge
from rookery.intake.book import Number, Secret, path_key
from rookery.intake.directory import Directory
from rookery.intake.envelope import PRESENCE, peek
from rookery.intake.records import Record
from rookery.intake.refusals import Refusals
from rookery.intake.spool import SIZE
from rookery.intake.store import Store
from rookery.settings import conf

log = logging.getLogger(__name__)

PATH = "/webhooks/whatsapp"
_RECENT = 10_000


class Door:
    """The ASGI application. `start` before the first request, `open` once the schema is there, `stop` at the end."""

    def __init__(self, folder: Path | None = None, *, spool_size: int = SIZE) -> None:
        """`folder` holds the spools (default: `spool` in the data folder), `spool_size` bytes each."""
        self._folder = folder or conf.path("DATA_DIR") / "spool"
        self._spool_size = spool_size
        self._recent: OrderedDict[tuple[int, bytes], None] = OrderedDict()
        self._refusals = Refusals()
        self._reader = Reader(conf.int("WEBHOOK_MAX_BYTES"))

    async def start(self) -> None:
        """Begin with the door's file and the spool; no database is needed."""
        self.store = Store(self._folder, size=self._spool_size)
        self.directory = Directory()
        self.directory.load_file()
        self._chores = [asyncio.create_task(self.directory.keep_fresh()), asyncio.create_task(self._look())]

    async def open(self) -> None:
        """The schema is there: read it, and write to it."""
        self.directory.open()
        self.store.open()
        await self.directory.refresh()

    async def stop(self) -> None:
        """Make durable what waits, and end the threads."""
        for chore in self._chores:
            chore.cancel()
            with suppress(asyncio.CancelledError):
                await chore
        answers.count()
        await self.store.stop()
        self.directory.stop()
        await asyncio.to_thread(presence.stop)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self._reader.look()
            answers.count()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        received_ms = now_millis()
        try:
            answer = await self._answer(scope, receive, received_ms)
        except Refused as refused:
            if refused.answer is None:
                return
            answer = refused.answer
        await answer.send(send)

    async def _answer(self, scope: Scope, receive: Receive, received_ms: int) -> Answer:
        if scope["method"] != "POST":
            return Answer.METHOD
        text = scope["path"][len(PATH) :].strip("/")
        number = await self._number(text) if text else None
        given, length = signature.heads(scope["headers"])
        secrets = number.secrets if number else ()
        wanted = given is not None and (number is not None or not text)
        try:
            body = await self._reader.read(receive, length, secrets, keep=wanted)
        except TooLarge as large:
            return self._too_large(scope, number, given, large, received_ms)
        numbers = [number] if number else [] if text else await self._of_body(body)
        if not numbers and (text or given):
            return self._refusals.unknown(scope, text)
        signed = await self._verify(numbers, body, given, received_ms)
        if signed is None:
            return self._refusals.unsigned(scope, text or (numbers[0].key if numbers else ""))
        if not body:
            return Answer.EMPTY
        return await self._file(*signed, body, given or b"", received_ms)

    async def _number(self, text: str) -> Number | None:
        """The number in the path."""
        key = path_key(text)
        if key is None:
            return None
        number = self.directory.book.by_key.get(key)
        if number is None and await self.directory.reread(key, known=False):
            number = self.directory.book.by_key.get(key)
        return number

    async def _of_body(self, body: bytes) -> list[Number]:
        """Whom a delivery to the address without a number may be for."""
        event = peek(body)
        found = filing.candidates(self.directory.book, event)
        name = event.device_id or event.session_id
        if not found and name and await self.directory.reread(name[:120], known=False):
            found = filing.candidates(self.directory.book, event)
        return found

    async def _verify(
        self, numbers: Sequence[Number], body: bytes, given: bytes | None, now_ms: int
    ) -> tuple[Number, Secret] | None:
        """Whose secret made the signature. A failure is final only after the secrets were read again."""
        if given is None:
            return None
        for number in numbers:
            secret = signature.signer(number.secrets, body, given, now_ms)
            if secret:
                return number, secret
        for number in numbers:
            if await self.directory.reread(number.key, known=True):
                fresh = self.directory.book.by_key.get(number.key)
                secret = signature.signer(fresh.secrets, body, given, now_ms) if fresh else None
                if fresh and secret:
                    return fresh, secret
        return None

    async def _file(
        self, number: Number, secret: Secret, body: bytes, given: bytes, received_ms: int
    ) -> Answer:
        event = peek(body)
        target = await filing.target(self.directory, number, secret, event)
        if target is None:
            self.store.tally.ignored(number.channel_id)
            return Answer.IGNORED
        if event.event == PRESENCE:
            presence.hand_on(target.channel_id, body)
            return Answer.ACCEPTED
        known = (target.channel_id, given)
        if known in self._recent:
            return Answer.DUPLICATE
        if not await self.store.keep(Record(target.channel_id, received_ms, given, body)):
            return Answer.NOWHERE
        self.store.tally.arrived(target.channel_id, received_ms)
        self._recent[known] = None
        if len(self._recent) > _RECENT:
            self._recent.popitem(last=False)
        return Answer.ACCEPTED

    def _too_large(
        self, scope: Scope, number: Number | None, given: bytes | None, large: TooLarge, now_ms: int
    ) -> Answer:
        """Nothing is kept, but a genuine one is counted: its number's page shows it."""
        if number is not None and given is not None and large.passed.signer(given, now_ms):
            self.store.tally.oversized(number.channel_id)
            log.warning("a genuine webhook was too large", extra={"channel": number.channel_id})
        elif number is not None:
            self._refusals.unsigned(scope, number.key)
        return Answer.TOO_LARGE
