"""Verified typing and presence events: handed on, never stored (decisions D2).

Whose chat it is, the domain knows, and intake may not ask it. So composition registers who does:

    presence.listen(processing.presence.whisper)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

from django.db import close_old_connections, connection

log = logging.getLogger(__name__)

Listener = Callable[[int, bytes], None]
_MOST_WAITING = 50
_listener: Listener | None = None
_room = BoundedSemaphore(_MOST_WAITING)
_thread: ThreadPoolExecutor | None = None


def listen(listener: Listener | None) -> None:
    """Have `listener(channel_id, body)` called, in a thread of its own, for each verified event."""
    global _listener
    _listener = listener


def hand_on(channel_id: int, body: bytes) -> None:
    """Tell the listener soon; dropped when there is none or too much waits already. Returns at once."""
    global _thread
    if _listener is None or not _room.acquire(blocking=False):
        return
    _thread = _thread or ThreadPoolExecutor(1, thread_name_prefix="intake-presence")
    _thread.submit(_call, _listener, channel_id, body)


def stop() -> None:
    """Hand on what waits, and end the thread. Blocks."""
    global _thread
    if _thread is not None:
        _thread.submit(_close)
        _thread.shutdown(wait=True)
        _thread = None


def _close() -> None:
    connection.close()  # the thread's own


def _call(listener: Listener, channel_id: int, body: bytes) -> None:
    try:
        close_old_connections()
        listener(channel_id, body)
    except Exception:
        log.exception("a presence event was not handed on", extra={"channel": channel_id})
    finally:
        _room.release()
