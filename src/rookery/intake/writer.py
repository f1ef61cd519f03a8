"""Group commit: deliveries that arrive together share one transaction.

The writer's thread waits for the database's gate and takes what has arrived meanwhile, so the more the door
has to do, the larger its groups. While nothing can be committed it tries once a second; the first success
ends the spooling, and the spool is drained by the same insert, between new deliveries.
"""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Thread
from time import monotonic

from django.db import Error as DatabaseError
from django.db import connection

from rookery import db
from rookery.intake import spool as spools
from rookery.intake.records import insert
from rookery.intake.spool import Spool
from rookery.intake.tally import EVERY, Tally
from rookery.intake.waiting import WaitingRoom
from rookery.telemetry import metrics

log = logging.getLogger(__name__)

PROBE = 1.0  # seconds between two tries to commit while nothing can be
MOST_ROWS = 512  # a commit; the gate is to be held 15 ms at most
MOST_BYTES = 2 * 1024 * 1024
_IDLE = 1.0
_LOOK_FOR_LEFT = 30.0


class Writer:
    """The thread with the database connection. Nothing is written before `open`: the schema may not be there yet."""

    def __init__(self, room: WaitingRoom, tally: Tally, spool: Spool | None, folder: Path) -> None:
        self._room = room
        self._tally = tally
        self._own = spool
        self._folder = folder
        self._left: list[Spool] = []
        self._looked = self._tallied = float("-inf")
        self._is_open = self._stopping = False
        self._thread = Thread(target=self._run, name="intake-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def open(self) -> None:
        """The schema is there: begin to commit."""
        with self._room.changed:
            self._is_open = True
            self._room.changed.notify_all()

    def stop(self, timeout: float) -> None:
        """Commit what waits and end; a thread that the database holds is left behind."""
        with self._room.changed:
            self._stopping = True
            self._room.changed.notify_all()
        self._thread.join(timeout)

    def _run(self) -> None:
        try:
            while self._await_work():
                try:
                    self._round()
                except (DatabaseError, OSError) as error:
                    self._failed(error)
                except Exception as error:
                    log.exception("the door's writer failed")
                    self._failed(error)
        finally:
            for spool in self._left:
                spool.close()
            connection.close()

    def _await_work(self) -> bool:
        """Wait for deliveries, or for the next look around; False when it is time to end."""
        with self._room.changed:
            if not self._is_open:
                self._room.changed.wait_for(lambda: self._is_open or self._stopping)
            elif not (self._room.spooling or self._is_draining()):
                self._room.changed.wait_for(
                    lambda: self._stopping or self._room.waits_for_database(), timeout=_IDLE
                )
            return self._is_open and not (self._stopping and not self._room.waits_for_database())

    def _is_draining(self) -> bool:
        return any(spool.waiting for spool in self._spools())

    def _spools(self) -> list[Spool]:
        return ([self._own] if self._own else []) + self._left

    def _round(self) -> None:
        with self._room.changed:
            any_new = self._room.waits_for_database()
        if any_new:
            self._commit()
        if self._is_draining():
            self._drain()
        elif self._room.spooling:
            self._commit()  # nothing to drain: an empty transaction is the probe
        elif monotonic() - self._looked > _LOOK_FOR_LEFT:
            self._looked = monotonic()
            self._left += spools.open_left(self._folder, self._own)
        self._count()

    def _commit(self) -> None:
        with db.write():
            batch = self._room.take_for_database(MOST_ROWS, MOST_BYTES)
            if batch:
                insert([waiting.record for waiting in batch])
        self._succeeded()

    def _drain(self) -> None:
        spool = next(spool for spool in self._spools() if spool.waiting)
        records, mark = spool.read(MOST_ROWS, MOST_BYTES)
        if records:
            with db.write():
                insert(records)
        spool.drained(mark if records else spool.end)
        self._succeeded()
        if spool is not self._own and not spool.waiting:
            spool.path.unlink(missing_ok=True)
            spool.close()
            self._left.remove(spool)
        metrics.spool_bytes.set(sum(spool.waiting for spool in self._spools()))

    def _succeeded(self) -> None:
        if self._room.committed():
            log.info("webhooks go to the database")

    def _failed(self, error: Exception) -> None:
        if self._room.to_spool(failed=True):
            log.warning("webhooks go to the spool", extra={"reason": type(error).__name__})
        connection.close()
        with self._room.changed:
            self._room.changed.wait_for(lambda: self._stopping, timeout=PROBE)

    def _count(self) -> None:
        if self._tally and monotonic() - self._tallied > EVERY:
            self._tallied = monotonic()
            try:
                with db.write():
                    self._tally.flush()
            except DatabaseError as error:  # no reason to spool: the next delivery will tell
                log.warning("the door's counts were not written", extra={"reason": type(error).__name__})
                connection.close()
