"""The sending loop of the worker process.

    sender = Sender()
    await sender.run(stop)      # until `stop` is set; then what is under way may end

Every round claims what may go and starts a task for each; it ends when a task has ended or after POLL. A poll
costs two small queries on an index that holds the outbox alone, so nothing has to tell this process of a post.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from rookery import db
from rookery.channels.connect import Connections
from rookery.conversations.actions import outbox as recording
from rookery.conversations.store import outbox
from rookery.db.fields import now_millis
from rookery.sending import claims, delivery, evidence
from rookery.sending.claims import Claim, Load
from rookery.sending.database import Database
from rookery.sending.holds import Holds
from rookery.settings import conf
from rookery.telemetry import metrics

log = logging.getLogger(__name__)

POLL = 0.15
LOOK_SECONDS = 0.5
SWEEP_SECONDS = 5.0
LOOKS_AT_ONCE = 4
DRAIN_SECONDS = 8.0
TROUBLE_SECONDS = 1.0


class Sender:
    """Sends what is pending. One per worker process.

    connections: to gateways; made by `run` when it is None. alone: no other worker can be alive on this
    database, so what others left is dead; by default true of SQLite, whose worker holds a lock. poll: seconds.
    """

    def __init__(
        self, *, connections: Connections | None = None, alone: bool | None = None, poll: float = POLL
    ) -> None:
        self.owner = claims.new_owner()
        self._connections = connections
        self._alone = db.is_sqlite() if alone is None else alone
        self._poll = poll
        self._database = Database()
        self._load, self._holds = Load(), Holds()
        self._active: set[int] = set()
        self._looking: set[int] = set()
        self._tasks: set[asyncio.Task[bool]] = set()
        self._wake = asyncio.Event()
        self._done_at: dict[str, float] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then let what is under way end; what does not within 8 s becomes uncertain."""
        connections = self._connections
        try:
            if connections is None:
                connections = await self._database.insist(Connections)
            await self._database.insist(self._recover, self._alone)
            while not stop.is_set():
                if not await self._safely(self._round(connections)):
                    await asyncio.sleep(TROUBLE_SECONDS)
                await self._pause(stop)
            await self._drain()
        finally:
            if connections is not None:
                await connections.aclose()
            await self._database.close()

    async def _round(self, connections: Connections) -> None:
        if self._is_time("sweep", SWEEP_SECONDS):
            await self._database.run(self._recover, False)
            await self._database.run(self._retire)
        if self._active and self._is_time("renew", claims.RENEW_SECONDS):
            await self._database.run(self._renew, sorted(self._active))
        taken = await self._database.run(claims.claim, self.owner, self._load.copy(), self._holds.channels)
        for claim in taken:
            self._load.add(claim)
            self._active.add(claim.message_id)
            self._start(self._deliver(claim, connections))
        if self._is_time("look", LOOK_SECONDS):
            await self._look(connections)
        for channel_id in self._holds.due():
            self._start(self._holds.ask(channel_id, self._database, connections))

    async def _deliver(self, claim: Claim, connections: Connections) -> None:
        try:
            verdict = await delivery.deliver(claim, self.owner, self._database, connections)
            if verdict is not None and verdict.kind == "wait":
                self._holds.add(claim.channel_id)
        finally:
            self._load.remove(claim)
            self._active.discard(claim.message_id)

    async def _look(self, connections: Connections) -> None:
        room = LOOKS_AT_ONCE - len(self._looking)
        if room <= 0:
            return
        for message_id in await self._database.run(outbox.due_looks, now_millis(), room):
            if message_id not in self._looking:
                self._looking.add(message_id)
                self._start(self._look_at(message_id, connections))

    async def _look_at(self, message_id: int, connections: Connections) -> None:
        try:
            await evidence.look(message_id, self._database, connections)
        finally:
            self._looking.discard(message_id)

    def _recover(self, alone: bool) -> None:
        found = recording.recover(self.owner, frozenset(self._active), outbox.lease_clock(), alone=alone)
        if found:
            metrics.sends_uncertain.inc(len(found))
            log.warning("a worker died while sending", extra={"messages": len(found)})

    def _retire(self) -> None:
        before = now_millis() - conf.int("SEND_STALE_SECONDS") * 1000
        while aged := outbox.aged(before, outbox.lease_clock()):
            if not recording.do_set_stale(aged):
                break

    def _renew(self, message_ids: list[int]) -> None:
        with db.write():
            outbox.renew(self.owner, message_ids, outbox.lease_clock() + claims.LEASE_MS)

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._safely(job))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[bool]) -> None:
        self._tasks.discard(task)
        self._wake.set()

    async def _safely(self, job: Coroutine[Any, Any, None]) -> bool:
        """One message's mistake must not stop the others. Whether it went well."""
        try:
            await job
        except Exception:
            log.exception("sending stumbled")
            return False
        return True

    def _is_time(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._done_at.get(what, 0.0):
            return False
        self._done_at[what] = now + seconds
        return True

    async def _pause(self, stop: asyncio.Event) -> None:
        waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._wake.wait())]
        try:
            await asyncio.wait(waits, timeout=self._poll, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        self._wake.clear()

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=DRAIN_SECONDS)
        for task in set(self._tasks):
            task.cancel()
        for task in set(self._tasks):
            with suppress(asyncio.CancelledError):
                await task
