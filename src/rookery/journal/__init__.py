"""The ordered log of domain facts: every reader (browser streams, bridges) is a cursor over it.

`record` and `whisper` write; `tail`, `position`, `latest_id`, `epoch` read. The readers touch models, which
exist only once Django's apps are loaded, so they are found on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rookery.journal.facts import record
from rookery.journal.whispers import whisper

if TYPE_CHECKING:
    from rookery.journal.log import (
        epoch,
        latest_id,
        new_epoch,
        of_conversation,
        oldest_id,
        position,
        prune,
        tail,
    )

__all__ = [
    "epoch",
    "latest_id",
    "new_epoch",
    "of_conversation",
    "oldest_id",
    "position",
    "prune",
    "record",
    "tail",
    "whisper",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    from rookery.journal import log

    return getattr(log, name)
