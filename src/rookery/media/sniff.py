"""What a file is, by its first bytes alone: neither its path nor its sender is believed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import filetype

from rookery.media import formats

HEAD: Final = 64 * 1024
"""How many first bytes are looked at."""

_MARKUP = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*<(?:!--.*?-->\s*<)*(\?xml|!doctype\s+(\w+)|[a-z][\w:-]*)", re.DOTALL | re.I
)
_SVG = re.compile(rb"<(?:\w+:)?svg[\s/>]", re.I)
_HTML = re.compile(rb"<(?:html|head|body|script|iframe|img|a|div|p|style|table|form|meta|title)[\s>/]", re.I)
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b\x08")
_TEXT_CLAIMS: Final = {".csv": "text/csv", ".vcf": "text/vcard"}


def sniff(head: bytes) -> str:
    """The MIME type, without parameters, of a file that begins with `head`."""
    if head[:4] == b"OggS":
        return _ogg(head)
    if head[:5] == b"#!AMR":
        return "audio/amr"
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    found = filetype.guess_mime(bytearray(head))
    if found and formats.bare(found) != "text/xml":
        return formats.bare(found)
    return _text(head)


def of_file(path: Path) -> str:
    """The type of a local file. Raises OSError."""
    with path.open("rb") as opened:
        return sniff(opened.read(HEAD))


def refine(mime: str, name: str) -> str:
    """Text formats look alike: there, and only there, the sender's file name decides."""
    suffix = Path(name).suffix.lower() if name else ""
    return _TEXT_CLAIMS.get(suffix, mime) if mime == "text/plain" else mime


def is_voice(head: bytes) -> bool:
    """Whether an audio file is Opus in Ogg, which is what phones record (the gateway does not say)."""
    return head[:4] == b"OggS" and b"OpusHead" in head[:512]


def _ogg(head: bytes) -> str:
    first_page = head[:512]
    return "video/ogg" if b"\x80theora" in first_page or b"fishead" in first_page else "audio/ogg"


def _iso_media(head: bytes) -> str:
    brand = head[8:12]
    if brand in (b"avif", b"avis"):
        return "image/avif"
    if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"):
        # `mif1` is the common brand of still pictures; the compatible brands tell AVIF from HEIC.
        return "image/avif" if b"avif" in head[16:64] else "image/heic"
    if brand in (b"M4A ", b"M4B ", b"M4P "):
        return "audio/mp4"
    if brand == b"qt  ":
        return "video/quicktime"
    return "video/3gpp" if brand[:3] in (b"3gp", b"3g2") else "video/mp4"


def _text(head: bytes) -> str:
    markup = _MARKUP.match(head[:4096])
    if markup:
        return _markup(markup, head[:4096])
    if not _is_text(head):
        return formats.OPAQUE
    if head.lstrip()[:12].upper() == b"BEGIN:VCARD\r"[:12] or head.lstrip()[:11].upper() == b"BEGIN:VCARD":
        return "text/vcard"
    return "text/html" if _HTML.search(head[:1024]) else "text/plain"


def _markup(found: re.Match[bytes], head: bytes) -> str:
    if _SVG.search(head):
        return "image/svg+xml"
    if (found[2] or b"").lower() == b"html" or _HTML.search(head):
        return "text/html"
    return "text/xml" if found[1].lower() == b"?xml" or found[2] else "text/plain"


def _is_text(head: bytes) -> bool:
    if not head:
        return False
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True  # UTF-16 with its mark
    if any(byte < 32 and byte not in _TEXT_CONTROLS for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character cut in two at the end of what was read is no fault; older texts are Latin-1.
        return error.start >= len(head) - 3 or not any(0x80 <= byte < 0xA0 for byte in head)
    return True
