"""The loop: read ahead, take from the lanes, claim, run."""

from __future__ import annotations

import logging
import threading
import time

from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from rookery.channels import states
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.db.fields import now_millis
from rookery.intake import claims
from rookery.intake.claims import NewEvent
from rookery.processing import batch
from rookery.processing.batch import BatchFailed, Tally
from rookery.processing.lanes import Lanes
from rookery.processing.places import Places
from rookery.telemetry import metrics
from rookery.waid import lane_of

log = logging.getLogger("rookery.processing")

BATCH = 200
_REREAD = 20  # reads after which the read-ahead starts from the first new row again
_SEEN_EVERY_MS = 5_000
_PUT_OFF_MS = 10_000
_IDLE_SECONDS = 0.02
_POSTGRES_IDLE_SECONDS = 0.05


class Processor:
    """Turns stored events into messages. One a thread; several processes may run on PostgreSQL."""

    def __init__(self) -> None:
        self.cache = ContactCache()
        self.places = Places(self.cache)
        self.lanes = Lanes()
        self._after = 0
        self._reads = 0
        self._size = BATCH  # smaller after a batch that failed as a whole, until the event at fault is alone
        self._seen_ms: dict[int, int] = {}

    def step(self) -> int:
        """Process one batch; returns how many events it took. Raises BatchFailed and DatabaseError."""
        self._fill()
        events = self._next_events()
        if not events:
            return 0
        claimed = set(claims.claim([event.id for event in events]))
        events = [event for event in events if event.id in claimed]
        tally = Tally()
        try:
            self.places.refresh()
            work = batch.prepare(events, self.places, tally)
            batch.run(work, self.places, self.cache, tally)
        except (BatchFailed, OperationalError, InterfaceError):
            self._size = max(1, self._size // 4)
            if not (len(events) == 1 and _blame(events[0])):
                finished = {event.id for event in tally.done}
                self._give_back([event.id for event in events if event.id not in finished])
            raise
        self._size = min(BATCH, self._size * 2)
        batch.settle({event.id: event for event in events}, tally)
        self._note(tally)
        return len(events)

    def drain(self) -> int:
        """Process until nothing is due; how many events that were. For tests and the command line."""
        total = 0
        while taken := self.step():
            total += taken
        return total

    def _fill(self) -> None:
        if self.lanes.free < self.lanes.room // 2:
            return
        self._reads += 1
        if not len(self.lanes) or self._reads % _REREAD == 0:
            self._after = 0
        events = claims.read_ahead(self.lanes.free, now_millis(), after_id=self._after)
        if events:
            self._after = events[-1].id
            self.lanes.add((self._lane(event), event) for event in events)

    def _lane(self, event: NewEvent) -> int:
        found = self.places.find(event.channel_id)
        return lane_of(found[1].lane_key(event.body)) if found else 0

    def _next_events(self) -> list[NewEvent]:
        """A batch; an event whose earlier try did not end is tried alone, and parked when it ran out of tries."""
        taken = self.lanes.take(self._size)
        suspects = [event for event in taken if event.attempts]
        if not suspects:
            return taken
        first = suspects[0]
        self.lanes.put_back([(self._lane(event), event) for event in taken if event is not first])
        if first.attempts >= batch.TRIES:
            batch.park_killer(first)
            return []
        return [first]

    def _give_back(self, ids: list[int]) -> None:
        self.lanes.clear()
        self._after = 0
        try:
            claims.unclaim(ids)
        except DatabaseError:
            log.warning("attempts of a failed batch stay counted", extra={"events": len(ids)})

    def _note(self, tally: Tally) -> None:
        if not tally.done:
            return
        metrics.events_processed.inc(len(tally.done))
        extra = {"events": len(tally.done), "messages": tally.new_messages, "doubles": tally.doubles}
        log.info("webhook processed", extra=extra)
        now = now_millis()
        for channel_id in {event.channel_id for event in tally.done if event.channel_id}:
            if now - self._seen_ms.get(channel_id, 0) > _SEEN_EVERY_MS:
                self._seen_ms[channel_id] = now
                states.do_note_event(channel_id, now)


def run(stop: threading.Event) -> None:
    """Process until `stop` is set; a database that fails is tried again, ever slower up to five seconds."""
    processor = Processor()
    pause = 0.1
    while not stop.is_set():
        try:
            version = _data_version()
            taken = processor.step()
            pause = 0.1
            if not taken:
                _wait_for_news(stop, version)
        except (BatchFailed, DatabaseError) as error:
            log.warning("processing waits for the database: %s", type(error).__name__)
            processor.lanes.clear()
            connection.close()
            stop.wait(pause)
            pause = min(5.0, pause * 2)
        except Exception:
            log.exception("processing stumbled")
            processor = Processor()
            stop.wait(1.0)
    close_old_connections()


def _blame(event: NewEvent) -> bool:
    """An event failed alone at the database. If it can be put off, the database works and the event is at fault:
    its attempt stays counted. If not, it is an outage, and nobody's fault."""
    try:
        claims.postpone(event.id, now_millis() + _PUT_OFF_MS, "database_error")
    except DatabaseError:
        return False
    return True


def _wait_for_news(stop: threading.Event, version: int) -> None:
    """Until somebody has committed since `version` was read, a quarter of a second at most."""
    if connection.vendor != "sqlite":
        stop.wait(_POSTGRES_IDLE_SECONDS)
        return
    until = time.monotonic() + 0.25
    while not stop.is_set() and time.monotonic() < until:
        if _data_version() != version:
            return
        time.sleep(_IDLE_SECONDS)


def _data_version() -> int:
    """Changes when another connection commits; two microseconds on SQLite, nothing of use elsewhere."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
