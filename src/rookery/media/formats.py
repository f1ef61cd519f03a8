"""The file types Rookery knows: extension, other extensions that are as right, and how a type is served.

`SERVED` is the short list that browsers get with its own type; everything else leaves as an unnamed download
(SVG, HTML, XML and PDF included: they may carry script or reach out).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OPAQUE: Final = "application/octet-stream"

# type -> its extensions, the usual one first
EXTENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png", ".apng"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/avif": (".avif",),
    "image/heic": (".heic", ".heif"),
    "image/bmp": (".bmp",),
    "image/tiff": (".tif", ".tiff"),
    "image/svg+xml": (".svg",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/mpeg": (".mp3",),
    "audio/mp4": (".m4a", ".m4b", ".m4r"),
    "audio/aac": (".aac",),
    "audio/wav": (".wav",),
    "audio/flac": (".flac",),
    "audio/amr": (".amr",),
    "video/mp4": (".mp4", ".m4v", ".f4v"),
    "video/webm": (".webm",),
    "video/ogg": (".ogv",),
    "video/quicktime": (".mov", ".qt"),
    "video/3gpp": (".3gp", ".3gpp"),
    "video/x-matroska": (".mkv",),
    "video/x-msvideo": (".avi",),
    "application/pdf": (".pdf",),
    "application/zip": (".zip",),
    "text/plain": (".txt",),
    "text/csv": (".csv",),
    "text/vcard": (".vcf",),
    "text/html": (".html", ".htm", ".xhtml"),
    "text/xml": (".xml",),
    OPAQUE: (".bin",),
}

# Types that say little: the sender's extension may say more, unless it belongs to a type the bytes are not.
VAGUE: Final = frozenset({"application/zip", "text/plain", "text/xml", OPAQUE})

ALIASES: Final[Mapping[str, str]] = {
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/x-m4a": "audio/mp4",
    "audio/x-aiff": "audio/aiff",
    "image/x-ms-bmp": "image/bmp",
    "image/heif": "image/heic",
    "video/x-m4v": "video/mp4",
    "video/x-avi": "video/x-msvideo",
    "image/apng": "image/png",
}

SERVED: Final = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif",
        "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/flac",
        "video/mp4", "video/webm", "video/ogg",
    }
)  # fmt: skip

# What the probe's child may decode, and with which of PyAV's readers (never guessed: some readers open files).
PICTURES: Final[Mapping[str, str]] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
    "image/bmp": "BMP",
}
CONTAINERS: Final[Mapping[str, str]] = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "mov",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/amr": "amr",
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/ogg": "ogg",
    "video/x-msvideo": "avi",
}

PAPERS: Final = frozenset({"application/pdf"})
"""Documents whose pages the probe's child counts."""


def bare(mime: str) -> str:
    """`Audio/OGG; codecs=opus` -> `audio/ogg`, known aliases put right."""
    plain = mime.partition(";")[0].strip().lower()
    return ALIASES.get(plain, plain)


def extension(mime: str) -> str:
    """The usual extension with its dot; `.bin` for what we have no name for."""
    return EXTENSIONS.get(bare(mime), EXTENSIONS[OPAQUE])[0]


def by_extension(suffix: str) -> str | None:
    """The type an extension stands for, or None."""
    return _TYPES.get(suffix.lower())


_TYPES: Final = {suffix: mime for mime, suffixes in EXTENSIONS.items() for suffix in suffixes}
