"""Whether webhooks wait in a spool file, seen from outside the process that holds it.

`intake.spool` describes the format; a test keeps both in step. Only the first record is looked at: a file
whose first record belongs to the running generation has not been drained to its end.
"""

from __future__ import annotations

import struct
from pathlib import Path

from rookery.settings import conf

_HEADER = struct.Struct("<8sQI")
_HEAD = struct.Struct("<IIQ")
_FIRST = 4096


def waiting() -> list[Path]:
    """Spool files with something in them that the database may not have yet."""
    folder = conf.path("DATA_DIR") / "spool"
    return [path for path in sorted(folder.glob("door-*.spool")) if _holds_records(path)]


def _holds_records(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
            file.seek(_FIRST)
            head = file.read(_HEAD.size)
    except OSError:
        return False
    if len(header) < _HEADER.size or len(head) < _HEAD.size:
        return False
    _magic, generation, _checksum = _HEADER.unpack(header)
    length, _sum, written = _HEAD.unpack(head)
    return bool(length > 0 and written == generation)
