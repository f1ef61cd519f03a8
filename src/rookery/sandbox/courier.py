"""Webhook deliveries: attempts, budget, and the ways a test may disturb them (contract 6.1)."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from rookery.sandbox import dialect as dialects
from rookery.sandbox import wire
from rookery.sandbox.dialect import Dialect
from rookery.sandbox.model import Hook
from rookery.sandbox.pace import Pace
from rookery.sandbox.post import Deliver

SLEEPS = (0.0, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each of the five attempts: an answer that fails fast is tried at 0, 1, 3, 7 and 15 s."""
ATTEMPT_TIMEOUT = 10.0
BUDGET = 30.0
KEPT = 5000


class Behaviour(Struct, kw_only=True):
    """How deliveries misbehave, until changed."""

    duplicate: bool | int = False
    """Deliver each event this many times more (True: once more)."""
    reorder: bool | int = False
    """Collect this many events (True: 5) and deliver them shuffled."""
    delay: float = 0.0
    """Seconds before the first attempt of every event."""
    drop: bool | int = False
    """Lose this many of the events to come (True: all)."""
    sign_with: str | None = None
    """Sign with this word instead of the secret."""
    dialect: str | None = None
    """The wording of another build, by a name of `dialect.DIALECTS`; None: the profile's own."""
    auto_download: bool = True
    chunked: bool | None = None
    """Framing; None: the dialect's own."""


class Attempt(Struct, kw_only=True):
    """One try of one delivery, for `GET /_sandbox/deliveries`."""

    n: int
    delivery: int
    event: str
    message_id: str
    url: str
    attempt: int
    at: float
    seconds: float
    status: int | None
    error: str
    last: bool
    body: str
    signature: str


class Courier:
    """Delivers events, one task each, unordered; what fails five times is dropped for ever."""

    def __init__(
        self,
        deliver: Deliver,
        dialect: Dialect,
        pace: Pace,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ):
        self.deliver = deliver
        self.behaviour = Behaviour()
        self._own_dialect = dialect
        self.attempts: deque[Attempt] = deque(maxlen=KEPT)
        self._pace = pace
        self._spawn = spawn
        self._numbers = itertools.count(1)
        self._lines = itertools.count(1)
        self._held: list[Coroutine[Any, Any, None]] = []
        self._random = random.Random(7)  # noqa: S311 - only shuffles

    @property
    def dialect(self) -> Dialect:
        """The build whose webhooks are spoken now."""
        name = self.behaviour.dialect
        return self._own_dialect if name is None else dialects.named(name)

    def post(self, event: Mapping[str, Any], hook: Hook, prepare: float = 0.0) -> None:
        """Send `event` to every URL of `hook`, unless its whitelist or the behaviour says otherwise.

        prepare: seconds that the gateway needs before (a slow download); they count against the budget.
        """
        self.post_all([event], hook, prepare)

    def post_all(self, events: Sequence[Mapping[str, Any]], hook: Hook, prepare: float = 0.0) -> None:
        """Send several events one after the other under one budget, as `group.participants` are."""
        letters = []
        for event in events:
            if hook.url and _wanted(event, hook):
                payload = event.get("payload")
                about = payload if isinstance(payload, Mapping) else event.get("message")
                message_id = str(about.get("id", "")) if isinstance(about, Mapping) else ""
                letters.append(Letter(wire.body(event), str(event.get("event", "")), message_id))
        if letters:
            self._send(letters, hook, prepare)

    def post_bytes(self, body: bytes, hook: Hook, name: str = "", message_id: str = "") -> None:
        """Send exactly these bytes, signed, with duplicates, drops and shuffling applied."""
        self._send([Letter(body, name, message_id)], hook, 0.0)

    def _send(self, letters: list[Letter], hook: Hook, prepare: float) -> None:
        kept = [letter for letter in letters if not self._take("drop")]
        for _copy in range(1 + self._copies() if kept else 0):
            self._queue(self._deliver(kept, hook, prepare))

    def flush(self) -> None:
        """Let go of events held back for shuffling."""
        held, self._held = self._held, []
        self._random.shuffle(held)
        for job in held:
            self._spawn(job)

    def discard(self) -> None:
        """Throw away what is held back (end of the world)."""
        for job in self._held:
            job.close()
        self._held = []

    def _queue(self, job: Coroutine[Any, Any, None]) -> None:
        reorder = self.behaviour.reorder
        if not reorder:
            self._spawn(job)
            return
        self._held.append(job)
        window = 5 if reorder is True else reorder
        if len(self._held) >= window:
            self.flush()
        elif len(self._held) == 1:
            self._spawn(self._flush_later())

    async def _flush_later(self) -> None:
        await asyncio.sleep(2.0 * self._pace.people)
        self.flush()

    def _copies(self) -> int:
        return int(self.behaviour.duplicate)

    def _take(self, name: str) -> bool:
        left = getattr(self.behaviour, name)
        if left is True:
            return True
        if left:
            setattr(self.behaviour, name, left - 1)
        return bool(left)

    async def _deliver(self, letters: list[Letter], hook: Hook, prepare: float) -> None:
        if self.behaviour.delay:
            await asyncio.sleep(self.behaviour.delay)
        budget = BUDGET * self._pace.timeouts if self.dialect.budget else float("inf")
        deadline = time.monotonic() + budget
        if prepare:
            # What is still downloading when the budget ends was never sent.
            await asyncio.sleep(min(prepare * self._pace.people, budget))
        for letter in letters:
            signed = wire.signature(self.behaviour.sign_with or hook.secret, letter.body)
            about = Delivery(next(self._numbers), letter.name, letter.message_id, letter.body, signed)
            for url in (item.strip() for item in hook.url.split(",")):
                if url:
                    await self._to_url(url, about, deadline)

    async def _to_url(self, url: str, about: Delivery, deadline: float) -> None:
        for number, pause in enumerate(SLEEPS, start=1):
            await asyncio.sleep(pause * self._pace.retries)
            left = deadline - time.monotonic()
            if left <= 0 or await self._attempt(url, about, number, left):
                return

    async def _attempt(self, url: str, about: Delivery, number: int, left: float) -> bool:
        started, clock = time.time(), time.monotonic()
        status, error = None, ""
        chunked = self.dialect.chunked if self.behaviour.chunked is None else self.behaviour.chunked
        try:
            async with asyncio.timeout(min(ATTEMPT_TIMEOUT * self._pace.timeouts, left)):
                status = await self.deliver(url, wire.webhook_headers(about.signed), about.body, chunked)
        except TimeoutError:
            error = "timed out"
        except OSError as refused:
            error = str(refused) or type(refused).__name__
        good = status is not None and 200 <= status < 300
        self.attempts.append(
            Attempt(
                n=next(self._lines), delivery=about.number, event=about.name, message_id=about.message_id, url=url,
                attempt=number, at=started, seconds=round(time.monotonic() - clock, 4), status=status, error=error,
                last=good or number == len(SLEEPS), body=about.body.decode("utf-8", "replace"), signature=about.signed,
            )
        )  # fmt: skip
        return good


class Letter(Struct, frozen=True):
    """One body to deliver, and what to call it in the list of attempts."""

    body: bytes
    name: str = ""
    message_id: str = ""


class Delivery(Struct, frozen=True):
    """One event on its way: sequence number, event name, message id, body and signature."""

    number: int
    name: str
    message_id: str
    body: bytes = field(default=b"")
    signed: str = ""


def _wanted(event: Mapping[str, Any], hook: Hook) -> bool:
    """The gateway's own whitelist and ignored JIDs (contract 6.2)."""
    # The fork looks for its old messages under a name that no delivery carries.
    payload = event.get("payload")
    history = isinstance(payload, Mapping) and payload.get("from_history_sync") is True
    name = "on_demand_message" if history else str(event.get("event", ""))
    wanted = {item.strip().lower() for item in hook.events.split(",") if item.strip()}
    return (not wanted or name.lower() in wanted) and not _ignored(event, hook.ignore_jids)


def _ignored(event: Mapping[str, Any], jids: str) -> bool:
    entries = [item.strip() for item in jids.split(",") if item.strip()]
    payload = event.get("payload")
    if not entries or not isinstance(payload, Mapping):
        return False
    found = [str(payload.get(key) or "") for key in ("chat_id", "from", "chat_lid", "from_lid")]
    return any(
        value.endswith(entry) if entry.startswith("@") else value == entry
        for entry in entries
        for value in found
        if value
    )
