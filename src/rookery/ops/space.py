"""How much room the data folder's disk has, and what stops when there is little.

Media stops first (`media.space`: a tenth or a gigabyte). Below CRITICAL only the webhook door and its spool
still write: a message that cannot be stored anywhere is lost, everything else can wait.
"""

from __future__ import annotations

import shutil
from enum import StrEnum
from pathlib import Path

from rookery.media import space as media_space
from rookery.settings import conf

CRITICAL = 200 * 1000 * 1000
RELIEF = 50 * 1000 * 1000
"""So much more than CRITICAL must be free before work goes on: else it would stop and go with every file."""


class Room(StrEnum):
    """`low`: no media is stored any more. `critical`: nothing but webhooks is."""

    ENOUGH = "enough"
    LOW = "low"
    CRITICAL = "critical"


def free() -> int:
    """Bytes free where the data folder is, or will be."""
    return shutil.disk_usage(_existing(conf.path("DATA_DIR"))).free


def room() -> Room:
    """What the free space allows right now."""
    if free() < CRITICAL:
        return Room.CRITICAL
    return Room.ENOUGH if media_space.allows() else Room.LOW


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
