"""Where a verified delivery is kept: the database, or the spool while the database takes nothing.

What has waited half a second goes to the spool, and everything after it does so at once, until one commit
succeeds. Only when the spool cannot take it either is the answer False (503).
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from threading import Thread
from time import monotonic

from rookery.intake import spool as spools
from rookery.intake.records import Record
from rookery.intake.spool import Spool
from rookery.intake.tally import Tally
from rookery.intake.waiting import WaitingRoom
from rookery.intake.writer import Writer
from rookery.telemetry import metrics

log = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds without a commit until the spool takes over
_STOP = 3.0


class Store:
    """Group commit and spool behind one call. Make it on the running event loop."""

    def __init__(self, folder: Path, *, size: int = spools.SIZE) -> None:
        """`folder` holds the spools, `size` bytes each. Until `open` everything goes to the spool."""
        self.tally = Tally()
        self._room = WaitingRoom(asyncio.get_running_loop(), spooling=True)
        self._spool = _open_spool(folder, size)
        self._writer = Writer(self._room, self.tally, self._spool, folder)
        self._spooler = Thread(target=self._run_spooler, name="intake-spool", daemon=True)
        self._stopping = False
        self._watch: asyncio.TimerHandle | None = None
        self._writer.start()
        self._spooler.start()

    @property
    def spooling(self) -> bool:
        """Whether deliveries go to the spool right now."""
        return self._room.spooling

    @property
    def spooled_bytes(self) -> int:
        """Bytes in this process's spool that are not in the database yet."""
        return self._spool.waiting if self._spool else 0

    def open(self) -> None:
        """The database may be written from now on."""
        self._writer.open()

    def keep(self, record: Record) -> asyncio.Future[bool]:
        """Make a delivery durable: True when it is, False when there is no place for it."""
        future = self._room.enter(record)
        if self._watch is None and not self._room.spooling:
            self._watch = self._room.loop.call_later(PATIENCE, self._look)
        return future

    async def stop(self) -> None:
        """Commit or spool what waits, and end both threads."""
        if self._watch is not None:
            self._watch.cancel()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self._writer.stop, _STOP)
        self._room.to_spool()
        with self._room.changed:
            self._stopping = True
            self._room.changed.notify_all()
        await loop.run_in_executor(None, self._spooler.join, _STOP)
        if self._spool is not None and not self._spooler.is_alive():
            self._spool.close()

    def _look(self) -> None:
        """Has the oldest delivery waited too long?"""
        self._watch = None
        oldest = self._room.oldest()
        if oldest is None:
            return
        left = oldest + PATIENCE - monotonic()
        if left > 0:
            self._watch = self._room.loop.call_later(left, self._look)
        elif self._room.to_spool():
            log.warning("webhooks go to the spool", extra={"reason": "no commit"})

    def _run_spooler(self) -> None:
        while True:
            with self._room.changed:
                self._room.changed.wait_for(lambda: self._stopping or self._room.waits_for_spool())
                if self._stopping and not self._room.waits_for_spool():
                    return
            batch = self._room.take_for_spool()
            kept = self._append([waiting.record for waiting in batch])
            self._room.settle(batch[:kept], True)
            self._room.settle(batch[kept:], False)

    def _append(self, records: list[Record]) -> int:
        if self._spool is None:
            return 0
        try:
            kept = self._spool.append(records)
        except OSError as error:
            log.error("the spool cannot be written", extra={"reason": str(error)})
            return 0
        if kept < len(records):
            log.error("the spool is full", extra={"refused": len(records) - kept})
        metrics.webhooks_spooled.inc(kept)
        metrics.spool_bytes.set(self._spool.waiting)
        return kept


def _open_spool(folder: Path, size: int) -> Spool | None:
    try:
        return spools.open_own(folder, size)
    except OSError as error:
        log.error(
            "no room for the spool: webhooks are refused while the database is away",
            extra={"reason": str(error)},
        )
        return None
