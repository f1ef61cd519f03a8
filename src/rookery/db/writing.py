"""`write()`: gate, transaction, and what must be stored directly before COMMIT.

Rooms below the domain may not know each other, so whatever has to enter the database last (the journal's
facts: decisions A2) is deferred as plain items and handed to the registered flushers inside the transaction.
A savepoint that rolls back takes its items with it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import connection, transaction

from rookery.db import gate

Flusher = Callable[[list[Any]], None]
_flushers: list[Flusher] = []
_local = threading.local()


def register_flusher(flush: Flusher) -> None:
    """Call `flush(items)` inside every writing transaction, directly before COMMIT, when items were deferred."""
    if flush not in _flushers:
        _flushers.append(flush)


def vendor() -> str:
    """`sqlite` or `postgresql`."""
    return connection.vendor


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def in_write() -> bool:
    """Whether this thread is inside `write()`."""
    return getattr(_local, "items", None) is not None


def defer(item: Any) -> None:
    """Keep `item` for the flushers. Raises RuntimeError outside `write()`."""
    items: list[Any] | None = getattr(_local, "items", None)
    if items is None:
        raise RuntimeError("nothing is recorded outside db.write()")
    items.append(item)


def on_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once the outermost transaction is committed."""
    transaction.on_commit(callback)


@contextmanager
def savepoint() -> Iterator[None]:
    """A savepoint: an exception inside undoes its rows and forgets what it deferred, and is raised on."""
    items: list[Any] | None = getattr(_local, "items", None)
    mark = len(items) if items is not None else 0
    try:
        with transaction.atomic():
            yield
    except BaseException:
        if items is not None:
            del items[mark:]
        raise


@contextmanager
def write() -> Iterator[None]:
    """One short writing transaction; inside another one it is a savepoint.

    Parse, hash, decrypt and plan before entering: on SQLite nobody else writes meanwhile.
    """
    if in_write() and connection.in_atomic_block:
        with savepoint():
            yield
    elif in_write():
        # A callback of `on_commit`: the transaction is over, and the gate, which we still hold, must not be queued for.
        with _transaction():
            yield
    else:
        with _gate(), _transaction():
            yield


@contextmanager
def _transaction() -> Iterator[None]:
    outer = getattr(_local, "items", None)
    _local.items = []
    try:
        with transaction.atomic():
            yield
            if _local.items:
                for flush in _flushers:
                    flush(_local.items)
    finally:
        _local.items = outer


def _gate() -> Any:
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return nullcontext()
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or "mode=memory" in name:
        return nullcontext()
    return gate.hold(name)
