"""What the child is asked, and what it answers. Pure Python, for both sides import it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

Progress: TypeAlias = Callable[[int], None]
"""Called with 0 to 100, as often as one likes."""

PIXELS: Final = 64_000_000
"""Pictures with more are not decoded (JPEG: made smaller while it is decoded, up to four times as many)."""
STICKER_BYTES: Final = 500 * 1024
"""The most an animated sticker may have (contract 4.2)."""
STICKER_SIDE: Final = 512

# What PyAV's readers are called; never guessed, for some readers open other files and addresses.
READERS: Final[Mapping[str, str]] = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/amr": "amr",
    "audio/aiff": "aiff",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/ogg": "ogg",
    "video/x-msvideo": "avi",
    "video/x-ms-wmv": "asf",
    "video/x-flv": "flv",
    "video/mpeg": "mpeg",
}
PICTURES: Final[Mapping[str, str]] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
    "image/heic": "HEIF",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}


@dataclass(frozen=True, slots=True)
class Job:
    """One file: how it is to be sent (`kind`), what its bytes are (`mime`), how large it is and may become, and
    whether it may lose quality for that."""

    kind: str
    mime: str
    size: int
    limit: int
    video_limit: int
    compress: bool

    def dump(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Job:
        return cls(**json.loads(text))

    @property
    def is_too_large(self) -> bool:
        return self.size > self.limit


@dataclass(frozen=True, slots=True)
class Made:
    """What came of it: the file `as_is`, or another one, which may be of another kind."""

    kind: str
    as_is: bool = False
    gif: bool = False


class Refusal(Exception):
    """The file cannot be sent; `code` has a sentence in `words`, which `params` fill."""

    def __init__(self, code: str, **params: int) -> None:
        self.code, self.params = code, params
        super().__init__(code)


def needs_compression(job: Job, size: int | None = None) -> Refusal:
    """It would fit if it might lose quality."""
    return Refusal("needs_compression", size=size or job.size, limit=job.limit)
