"""Below a tenth or a gigabyte of free disk media stops, so that messages can still be written."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from rookery.media import places
from rookery.settings import conf

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes on the disk that takes new media."""

    total: int
    free: int

    @property
    def percent(self) -> float:
        return 100 * self.free / self.total if self.total else 0.0


def measure() -> Space:
    """The disk below the media folder (for a bucket: below the folder of unfinished files)."""
    usage = shutil.disk_usage(_existing(places.incoming()))
    return Space(total=usage.total, free=usage.free)


def allows(size: int = 0) -> bool:
    """Whether `size` more bytes leave both MEDIA_MIN_FREE_PERCENT and MEDIA_MIN_FREE_MB free."""
    now = measure()
    after = Space(now.total, now.free - size)
    return (
        after.percent >= conf.int("MEDIA_MIN_FREE_PERCENT")
        and after.free >= conf.int("MEDIA_MIN_FREE_MB") * _MIB
    )


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
