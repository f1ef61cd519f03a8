"""The journal reader: a thread that waits for commits and turns new facts into frames.

SQLite tells in two microseconds whether another connection committed (`PRAGMA data_version`); PostgreSQL notifies.
The journal stays the truth: a lost wake-up costs at most a beat.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection

from rookery import journal
from rookery.journal import facts, whispers
from rookery.realtime.frames import Encoder, Frame

log = logging.getLogger("rookery.realtime")

BEAT = 0.25  # seconds after which we look even if nobody called
_POLL = 0.01
_MOST = 500
_BIGGEST_WHISPER = 4096


class Reader:
    """Reads from where the journal stands when it starts. `ready` is set once it has a position."""

    def __init__(self, loop: asyncio.AbstractEventLoop, publish: Callable[[list[Frame]], None]) -> None:
        self.ready = asyncio.Event()
        self.encoder = Encoder("")
        self.position = 0
        self._loop = loop
        self._publish = publish
        self._stop = threading.Event()
        self._ears: Any = None

    def is_for(self, loop: asyncio.AbstractEventLoop) -> bool:
        return self._loop is loop and not self._stop.is_set()

    def start(self) -> None:
        """Start the thread and, on one box, listen for whispers."""
        threading.Thread(target=self._run, name="journal-reader", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()
        if self._ears is not None:
            self._loop.remove_reader(self._ears)
            self._ears.close()
            self._ears = None

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._read()
            except DatabaseError as error:
                log.warning("journal reader waits for the database: %s", type(error).__name__)
                connection.close()
                self._stop.wait(0.5)
        connection.close()

    def _read(self) -> None:
        if not self.encoder.epoch:
            self.encoder = Encoder(journal.epoch())
            self.position = journal.latest_id()
        self._call(self.ready.set)
        if connection.vendor == "postgresql":
            self._follow_notifications()
        else:
            self._call(self._listen)
            self._follow_commits()

    def _follow_commits(self) -> None:
        seen, looked = -1, 0.0
        while not self._stop.is_set():
            version = _data_version()
            if version != seen or time.monotonic() - looked > BEAT:
                seen, looked = version, time.monotonic()
                self._hand_on()
            self._stop.wait(_POLL)

    def _follow_notifications(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {facts.CHANNEL}")
            cursor.execute(f"LISTEN {whispers.CHANNEL}")
        raw = connection.connection
        while not self._stop.is_set():
            self._hand_on()
            with connection.wrap_database_errors:
                notices = list(raw.notifies(timeout=BEAT, stop_after=1))
            for notice in notices:
                if notice.channel == whispers.CHANNEL:
                    self._hear(notice.payload.encode())

    def _hand_on(self) -> None:
        while news := journal.tail(self.position, _MOST):
            frames = self.encoder.facts(news)
            self.position = news[-1].id
            self._call(lambda frames=frames: self._publish(frames))  # type: ignore[misc]

    def _listen(self) -> None:
        if self._ears is not None or self._stop.is_set():
            return
        try:
            self._ears = whispers.listen()
        except OSError as error:
            log.warning("typing is not shown: %s", error)
            return
        self._loop.add_reader(self._ears, self._heard)

    def _heard(self) -> None:
        try:
            text = self._ears.recv(_BIGGEST_WHISPER)
        except OSError:
            return
        # Names may have to be looked up: not on the event loop.
        self._loop.run_in_executor(None, self._hear, text)

    def _hear(self, text: bytes) -> None:
        try:
            frame = self.encoder.whisper(json.loads(text))
        except (ValueError, KeyError, TypeError, DatabaseError):
            return
        self._call(lambda: self._publish([frame]))

    def _call(self, callback: Callable[[], object]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)


def _data_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
