"""Deliveries between the event loop and the two threads that make them durable.

Each one's future ends as True (durable, in the database or in the spool) or False (nowhere: 503).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from threading import Condition
from time import monotonic
from typing import NamedTuple

from rookery.intake.records import Record


class Waiting(NamedTuple):
    """A delivery whose answer is owed. `since` is monotonic."""

    record: Record
    future: asyncio.Future[bool]
    since: float


class WaitingRoom:
    """Who waits for the database, who is being committed, who waits for the spool.

    `spooling`: new deliveries go to the spool. One condition guards it all; `changed` is notified for both threads.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, spooling: bool) -> None:
        self.loop = loop
        self.changed = Condition()
        self.spooling = spooling
        self._database: deque[Waiting] = deque()
        self._committing: Sequence[Waiting] = ()
        self._spool: list[Waiting] = []

    def enter(self, record: Record) -> asyncio.Future[bool]:
        """On the event loop: queue a delivery where deliveries go right now."""
        waiting = Waiting(record, self.loop.create_future(), monotonic())
        with self.changed:
            if self.spooling:
                self._spool.append(waiting)
                self.changed.notify_all()
            else:
                self._database.append(waiting)
                if len(self._database) == 1:
                    self.changed.notify_all()
        return waiting.future

    def waits_for_database(self) -> bool:
        """Whether the writer has something to do. Call with `changed` held."""
        return bool(self._database)

    def waits_for_spool(self) -> bool:
        """Whether the spooler has something to do. Call with `changed` held."""
        return bool(self._spool)

    def take_for_database(self, rows: int, size: int) -> Sequence[Waiting]:
        """The oldest, at most `rows` and about `size` bytes; they count as being committed until `committed`."""
        batch: list[Waiting] = []
        total = 0
        with self.changed:
            while self._database and len(batch) < rows and (not batch or total < size):
                batch.append(self._database.popleft())
                total += len(batch[-1].record.body)
            self._committing = batch
        return batch

    def committed(self) -> bool:
        """A commit succeeded: its deliveries are durable. Returns True if it ended the spooling."""
        with self.changed:
            batch, self._committing = self._committing, ()
            ended, self.spooling = self.spooling, False
        self.settle(batch, True)
        return ended

    def to_spool(self, *, failed: bool = False) -> bool:
        """From now on the spool takes everything, first what waits. Returns False if it did already.

        `failed`: what was being committed is not in the database; else it may still get there, which is harmless.
        """
        with self.changed:
            began = not self.spooling
            self.spooling = True
            if began:
                self._spool += [*self._committing, *self._database]
                self._database.clear()
            if failed:
                self._committing = ()
            self.changed.notify_all()
        return began

    def take_for_spool(self) -> list[Waiting]:
        """Everything that waits for the spool."""
        with self.changed:
            batch, self._spool = self._spool, []
        return batch

    def oldest(self) -> float | None:
        """Since when the oldest delivery waits for the database; None if none does."""
        with self.changed:
            first = self._committing[0] if self._committing else self._database[0] if self._database else None
            return first.since if first and not first.future.done() else None

    def settle(self, batch: Iterable[Waiting], kept: bool) -> None:
        """Tell the event loop what became of these."""
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(_settle, batch, kept)


def _settle(batch: Iterable[Waiting], kept: bool) -> None:
    for waiting in batch:
        if not waiting.future.done():
            waiting.future.set_result(kept)
