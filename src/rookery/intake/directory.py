"""The door's memory of numbers and secrets, and when it is read again.

A miss or a failed signature reads it again before it is answered, so that no process refuses a genuine event
after a rotation or a new inbox: at most once a second for a known number, once in 5 s for an unknown one, 20
times a second in all; requests that come together share one reading. A change of the door's file counts as
news for every number.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from django.db import Error as DatabaseError
from django.db import connection

from rookery.intake import listing
from rookery.intake.book import Book, bind
from rookery.intake.listing import Listing

log = logging.getLogger(__name__)

KNOWN_PAUSE = 1.0
UNKNOWN_PAUSE = 5.0
GAP = 0.05
_DATABASE_PATIENCE = 0.4
_ANSWER_PATIENCE = 1.0
_REFRESH = 15.0
_REMEMBERED = 4096


class Directory:
    """`book` is always the newest that could be read. Lives on one event loop; reads in a thread of its own."""

    def __init__(self) -> None:
        self.book = Book()
        self._database_is_open = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake-directory")
        self._reading: asyncio.Future[Listing] | None = None
        self._next: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._paused: dict[str, float] = {}
        self._read_at = float("-inf")
        self._took = 0.0
        self._stamp: tuple[int, int] | None = None

    def load_file(self) -> None:
        """Begin with what the door's file says; needs no database."""
        self._stamp = _stamp()
        found = listing.read_file()
        if found is not None:
            self.book = bind(found)

    def open(self) -> None:
        """The schema is there: from now on the database is asked first."""
        self._database_is_open = True

    async def reread(self, key: str, *, known: bool) -> bool:
        """Read again because of `key`, unless that was done a moment ago; returns whether it was read."""
        now = monotonic()
        if now < self._paused.get(key, 0.0) and _stamp() == self._stamp:
            return False
        if len(self._paused) >= _REMEMBERED and key not in self._paused:
            self._paused = {name: until for name, until in self._paused.items() if until > now}
            if len(self._paused) >= _REMEMBERED and not known:
                return False
        self._paused[key] = now + (KNOWN_PAUSE if known else UNKNOWN_PAUSE)
        await asyncio.wait({self._read_soon()}, timeout=_ANSWER_PATIENCE)
        return True

    async def refresh(self) -> None:
        """Read again now."""
        await asyncio.wait({self._read_soon()})

    async def keep_fresh(self) -> None:
        """Read again when the door's file changes, and now and then anyway: a deleted secret must not work on."""
        while True:
            await asyncio.sleep(1.0)
            if _stamp() != self._stamp or monotonic() - self._read_at > _REFRESH:
                await self.refresh()

    def stop(self) -> None:
        self._thread.submit(_close)
        self._thread.shutdown(wait=False)

    def _read_soon(self) -> asyncio.Task[None]:
        """A reading that has not begun yet, shared by all who ask meanwhile."""
        if self._next is None:
            self._next = asyncio.create_task(self._read_in_turn())
        return self._next

    async def _read_in_turn(self) -> None:
        async with self._lock:
            # Strangers must not keep a large installation busy with reading.
            pause = self._read_at + max(GAP, 5 * self._took) - monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            self._next = None
            begun = monotonic()
            self._stamp = _stamp()
            found = await self._from_database() if self._database_is_open else None
            if found is None:
                found = await asyncio.to_thread(listing.read_file)
            if found is not None:
                self.book = await asyncio.to_thread(bind, found)
            self._read_at = monotonic()
            self._took = self._read_at - begun

    async def _from_database(self) -> Listing | None:
        """The database's listing; None when it does not answer in time or is being asked already."""
        if self._reading is None:
            loop = asyncio.get_running_loop()
            self._reading = loop.run_in_executor(self._thread, _read_database)
        await asyncio.wait({self._reading}, timeout=_DATABASE_PATIENCE)
        if not self._reading.done():
            return None
        done, self._reading = self._reading, None
        try:
            return done.result()
        except (DatabaseError, OSError) as error:
            log.warning(
                "the door reads its file: the database does not answer",
                extra={"reason": type(error).__name__},
            )
            return None


def _read_database() -> Listing:
    try:
        found = listing.read_database()
    except DatabaseError:
        connection.close()
        raise
    try:
        listing.write_file(found)
    except OSError as error:
        log.warning("cannot write the door's file", extra={"reason": type(error).__name__})
    return found


def _close() -> None:
    connection.close()  # this thread's own: `connection` means another one in each thread


def _stamp() -> tuple[int, int] | None:
    """What changes when the door's file is replaced."""
    try:
        found = listing.path().stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
