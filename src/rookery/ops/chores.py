"""What the worker does once an hour, beside the message path."""

from __future__ import annotations

import logging
import threading
import time

from django.db import DatabaseError, connections

from rookery.ops import retention, scrubbing, space

log = logging.getLogger(__name__)

EVERY = 3600.0
SCRUB_EVERY = 30.0
FIRST = 120.0
"""Not at once: after a restart the backlog comes first."""


def run(stop: threading.Event, *, first: float = FIRST, every: float = EVERY) -> None:
    """Until `stop` is set. Nothing here is urgent: what fails is logged and tried again an hour later."""
    due = time.monotonic() + first
    scrub = time.monotonic() + min(first, SCRUB_EVERY)
    try:
        while not stop.wait(min(5.0, max(0.0, due - time.monotonic()))):
            if time.monotonic() >= scrub:
                scrub = time.monotonic() + SCRUB_EVERY
                _scrub(stop)
            if time.monotonic() < due:
                continue
            due = time.monotonic() + every
            if space.room() is space.Room.CRITICAL:
                continue
            try:
                retention.run(stop)
            except DatabaseError as error:
                log.warning("old rows stay for now", extra={"reason": type(error).__name__})
            except Exception:
                log.exception("deleting old rows failed")
            finally:
                connections.close_all()
    finally:
        connections.close_all()


def _scrub(stop: threading.Event) -> None:
    """What was erased leaves the raw events too: soon, for somebody may have asked for it."""
    try:
        if scrubbing.wanted():
            scrubbing.run(stop)
    except DatabaseError as error:
        log.warning("raw events are not searched for now", extra={"reason": type(error).__name__})
    except Exception:
        log.exception("searching raw events failed")
    finally:
        connections.close_all()
