"""One data folder has one `serve`. Needs no Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rookery.cli.failure import Failure
from rookery.ops import locks
from rookery.settings import conf


@contextmanager
def the_folder() -> Iterator[None]:
    """Be the only `serve` of the data folder."""
    lock = locks.ProcessLock("serve")
    try:
        lock.take()
    except locks.Held as held:
        raise Failure(
            f"another rookery serve (or setup) works on {conf.path('DATA_DIR')}. "
            "Stop it first, or name another folder with --data-dir"
        ) from held
    try:
        yield
    finally:
        lock.release()
