"""Names for files, made from what strangers claim."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from rookery.media import formats

MAX_CHARACTERS: Final = 120
MAX_BYTES: Final = 200
"""Below the 255 bytes of common file systems, with room for what browsers append."""

# Control, format (bidi overrides, zero width), surrogate and unassigned characters; line and paragraph ends.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_FORBIDDEN = re.compile(r'[<>:"|?*]+')
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}$")
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
# Extensions a name may lose when the bytes are something else; `.2` of "v1.2" is none.
_PROGRAMS: Final = frozenset(
    ".exe .scr .com .bat .cmd .msi .js .jse .vbs .ps1 .sh .jar .app .lnk .hta .dll .apk .php .py .pif .reg".split()
)
_BASES: Final = {"image": "image", "audio": "audio", "video": "video"}


def clean(name: str, mime: str) -> str:
    """A name fit for screens, disks and headers: no folder, nothing invisible, the extension of the sniffed `mime`.

    `../../etc/x.ogg; codecs=opus` with audio/ogg gives `x.ogg`; without a usable name the kind of file does.
    """
    mime = formats.bare(mime)
    base = _visible(name)
    stem, suffix = _split(base)
    suffix = _extension(suffix, mime)
    stem = stem.strip(" .") or _BASES.get(mime.partition("/")[0], "file")
    if _RESERVED.match(stem):
        stem = "_" + stem
    return _shorten(stem, suffix) + suffix


def _visible(name: str) -> str:
    text = unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode("utf-8"))
    text = re.split(r"[/\\]", text)[-1]
    text = "".join(c if c == "\t" or unicodedata.category(c) not in _INVISIBLE else "" for c in text)
    text = text.partition("; codecs=")[0]  # some gateways write the MIME parameter into the name
    text = _FORBIDDEN.sub("_", " ".join(text.split()))
    return text.strip(" .")


def _split(base: str) -> tuple[str, str]:
    found = _SUFFIX.search(base)
    return (base[: found.start()], found[0]) if found else (base, "")


def _extension(suffix: str, mime: str) -> str:
    """The extension the name ends with: the sender's if it fits the bytes, else the right one.

    What is no known extension (`.2` in "report v1.2") is part of the name and stays.
    """
    right = formats.EXTENSIONS.get(mime, ())
    lowered = suffix.lower()
    if lowered in right:
        return lowered
    claimed = formats.by_extension(lowered)
    if (mime in formats.VAGUE or not right) and suffix and claimed in (None, mime):
        return suffix  # .docx is a zip, .md is text: the sender knows better
    if claimed is None and suffix and lowered not in _PROGRAMS:
        return suffix + formats.extension(mime)
    return formats.extension(mime)


def _shorten(stem: str, suffix: str) -> str:
    """The stem cut so that stem and suffix fit both limits, never inside a character."""
    stem = stem[: MAX_CHARACTERS - len(suffix)]
    room = MAX_BYTES - len(suffix.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") or "file"
