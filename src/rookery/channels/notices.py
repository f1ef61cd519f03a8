"""Who must know when a number, its secret or its gateway changed.

The door keeps a file of numbers (decisions A7) and lies above this room, so it subscribes here.
"""

from __future__ import annotations

from collections.abc import Callable

from rookery import db

_listeners: list[Callable[[], None]] = []


def subscribe(listener: Callable[[], None]) -> None:
    """Call `listener` after every committed change of channels, secrets or gateways made by this process."""
    if listener not in _listeners:
        _listeners.append(listener)


def changed() -> None:
    """Say, inside `db.write()`, that channels, secrets or gateways change with this transaction."""
    for listener in _listeners:
        db.on_commit(listener)
