"""A JPEG without what it tells about its maker, its picture untouched. Runs in the child only."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

_START: Final = 0xD8
_SCAN: Final = 0xDA
_TELLING: Final = frozenset({0xE1, 0xED, 0xFE})
"""EXIF and XMP, Photoshop's records, comments. Colour profile and colour transform are other segments."""
_CHUNK: Final = 256 * 1024


def tells(source: BinaryIO) -> bool:
    """Whether there is anything to leave out."""
    source.seek(0)
    return any(marker in _TELLING for marker, _ in _segments(source))


def write_quiet(source: BinaryIO, target: Path) -> None:
    """Copy all but the telling segments. Raises ValueError for what is no JPEG."""
    source.seek(0)
    with target.open("wb") as out:
        out.write(b"\xff\xd8")
        for marker, segment in _segments(source):
            if marker not in _TELLING:
                out.write(segment)
        while chunk := source.read(_CHUNK):
            out.write(chunk)


def _segments(source: BinaryIO) -> list[tuple[int, bytes]]:
    """All up to and with the start of the scan, behind which `source` then stands."""
    if source.read(2) != bytes((0xFF, _START)):
        raise ValueError("no JPEG")
    found = []
    while True:
        head = source.read(2)
        while head == b"\xff\xff":  # a marker may be padded
            head = b"\xff" + source.read(1)
        if len(head) != 2 or head[0] != 0xFF:
            raise ValueError("a segment does not begin with a marker")
        size = source.read(2)
        length = int.from_bytes(size, "big")
        body = source.read(max(0, length - 2))
        if length < 2 or len(body) != length - 2:
            raise ValueError("a segment is cut off")
        found.append((head[1], head + size + body))
        if head[1] == _SCAN:
            return found
