"""A fair gate in front of SQLite's single writer.

SQLite's busy handler has no queue: a busy writer that comes back at once starves everybody else
(measured: an agent's click waited up to 3.8 s beside a worker that drained a backlog). Two file locks make
a turnstile: whoever waits for the gate holds the turnstile, so the writer that has just left the gate
queues behind it. `flock` works across processes and dies with its holder.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_local = threading.local()


def _descriptors(base: str) -> tuple[int, int]:
    """This thread's own open files: `flock` belongs to the open file, so threads must not share one."""
    key = (os.getpid(), base)
    cached: dict[tuple[int, str], tuple[int, int]] = _local.__dict__.setdefault("files", {})
    if key not in cached:
        Path(base).parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC
        cached[key] = (os.open(f"{base}.queue", flags, 0o600), os.open(f"{base}.gate", flags, 0o600))
    return cached[key]


@contextmanager
def hold(base: str) -> Iterator[None]:
    """Hold the gate of the database file `base`; blocks, first come first served."""
    turnstile, gate = _descriptors(base)
    fcntl.flock(turnstile, fcntl.LOCK_EX)
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)
    finally:
        fcntl.flock(turnstile, fcntl.LOCK_UN)
    try:
        yield
    finally:
        fcntl.flock(gate, fcntl.LOCK_UN)
