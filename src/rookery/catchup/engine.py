"""The engine: a round every other second looks for what is due; each gateway with work gets one task.

    await Engine().run(stop)      # until `stop` is set

A task does one small step after another and ends when nothing is due. A gateway that does not answer delays its
own numbers only. Everything is in rows: after a kill the next start goes on where the rows are.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable
from contextlib import suppress
from functools import partial

from django.db import DatabaseError

from rookery import db
from rookery.accounts.encryption import SecretUnavailable
from rookery.catchup import agenda, lookups, older, progress, schedule, walking
from rookery.catchup.agenda import Step
from rookery.catchup.pace import Asking, Pace
from rookery.channels.connect import Connections
from rookery.conversations.actions.inbound import ContactCache
from rookery.providers.errors import ProviderError
from rookery.sending.database import Database
from rookery.sending.routes import reach

log = logging.getLogger(__name__)

POLL = 2.0
BEAT_SECONDS = 5.0
TROUBLE_SECONDS = 2.0
BETWEEN_STEPS = 0.01


class Engine:
    """One per worker process.

    connections: to gateways; made by `run` when None. alone: no other worker can be alive on this database; by
    default true of SQLite, whose worker holds a lock. poll: seconds between two looks.
    """

    def __init__(
        self, *, connections: Connections | None = None, alone: bool | None = None, poll: float = POLL
    ) -> None:
        self.owner = uuid.uuid4().hex
        self._connections = connections
        self._alone = db.is_sqlite() if alone is None else alone
        self._poll = poll
        self._database = Database()
        self._caches: dict[int, ContactCache] = {}
        self._paces: dict[int, Pace] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._beat_at = 0.0
        self._works = False

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; a step that is under way then is given up and done again by the next start."""
        connections = self._connections
        try:
            if connections is None:
                connections = await self._database.insist(Connections)
            while not stop.is_set():
                try:
                    await self._round(connections, stop)
                except DatabaseError as error:
                    log.warning("catching up waits for the database", extra={"reason": type(error).__name__})
                except Exception:
                    log.exception("catching up stumbled")
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._poll)
        finally:
            await self._end()
            if connections is not None:
                await connections.aclose()
            await self._database.close()

    async def _round(self, connections: Connections, stop: asyncio.Event) -> None:
        first, away_ms = False, 0
        if time.monotonic() >= self._beat_at:
            works, before = await self._database.run(schedule.do_beat, self.owner, alone=self._alone)
            first, away_ms = works and not self._works, before
            if works and before and schedule.is_silence(before):
                first = True  # the machine slept
            self._works = works
            self._beat_at = time.monotonic() + min(BEAT_SECONDS, self._poll * 4)
        if not self._works:
            return
        gateways = await self._database.run(schedule.do_look, first=first, away_ms=away_ms if first else 0)
        for gateway_id in gateways:
            if gateway_id not in self._tasks:
                task = asyncio.create_task(self._serve(gateway_id, connections, stop))
                self._tasks[gateway_id] = task
                task.add_done_callback(partial(self._ended, gateway_id))

    async def _serve(self, gateway_id: int, connections: Connections, stop: asyncio.Event) -> None:
        """Everything that is due at one gateway, one step after another."""
        pace = self._paces.setdefault(gateway_id, Pace())
        served: list[str] = []
        while not stop.is_set():
            try:
                step = await self._database.run(agenda.next_step, gateway_id, tuple(served))
                if step is None:
                    return
                served = [step.kind, *(kind for kind in served if kind != step.kind)]
                await self._do(step, connections, pace)
            except DatabaseError as error:
                log.warning("catching up waits for the database", extra={"reason": type(error).__name__})
                await asyncio.sleep(TROUBLE_SECONDS)
            await asyncio.sleep(BETWEEN_STEPS)  # others in this process come first

    async def _do(self, step: Step, connections: Connections, pace: Pace) -> None:
        cache = self._caches.setdefault(step.channel.gateway_id, ContactCache())
        try:
            asking = Asking(await self._database.run(reach, connections, step.channel), pace)
            await _work(step, asking, self._database, cache)
        except progress.Stopped:
            return
        except ProviderError as error:
            await self._database.run(_fail, step, error.code)
        except SecretUnavailable:
            await self._database.run(_fail, step, "secret_unavailable")
        except DatabaseError:
            raise
        except Exception:
            log.exception("a step of catching up failed", extra={"channel_id": step.channel.pk})
            await self._database.run(_fail, step, "failed")

    def _ended(self, gateway_id: int, task: asyncio.Task[None]) -> None:
        self._tasks.pop(gateway_id, None)
        if not task.cancelled() and task.exception() is not None:
            log.error(
                "catching up at a gateway ended", extra={"gateway_id": gateway_id}, exc_info=task.exception()
            )

    async def _end(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task


def _work(step: Step, asking: Asking, database: Database, cache: ContactCache) -> Awaitable[None]:
    if step.kind == agenda.OLDER:
        return older.step(step.id, asking, database, cache)
    if step.kind == agenda.LOOKUP:
        return lookups.step(step.id, asking, database)
    return walking.step(step.id, asking, database, cache)


def _fail(step: Step, code: str) -> None:
    if step.kind == agenda.OLDER:
        older.do_fail(step.id, code)
    elif step.kind == agenda.LOOKUP:
        lookups.do_postpone([step.id])
    else:
        progress.do_fail(step.id, code)
