"""The one way to write: a fair gate, short transactions, both databases."""

from rookery.db.writing import (
    defer,
    in_write,
    is_sqlite,
    on_commit,
    register_flusher,
    savepoint,
    vendor,
    write,
)

__all__ = [
    "defer",
    "in_write",
    "is_sqlite",
    "on_commit",
    "register_flusher",
    "savepoint",
    "vendor",
    "write",
]
