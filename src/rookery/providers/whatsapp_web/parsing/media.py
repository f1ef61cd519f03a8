"""The shapes in which files are named.

    "statics/media/x.oga"                           downloaded by the gateway
    {"path": "...", "caption": "..."}               with a caption
    {"url": "...", "caption": "..."}                not downloaded; documents add "filename"
    {"media_path": "...", "mime_type": "...", ...}  before 8.2

A key that is there with nothing usable still tells the kind; the file can be asked for by message id. A key that
is missing because the download failed cannot be known.
"""

from rookery.providers.events import MEDIA_KINDS, MediaKind, MediaRef
from rookery.providers.reading import Fields, clean_text

MAX_LOOSE = 30


def read_all(payload: Fields) -> tuple[MediaRef, ...]:
    """Every file of a message. The buttons message of 9.1 has pictures of its own."""
    named = [_read(kind, payload.raw[kind]) for kind in MEDIA_KINDS if kind in payload]
    loose = [
        _read("image", item)
        for item in payload.list("interactive_media")[:MAX_LOOSE]
        if isinstance(item, str)
    ]
    return tuple(named + loose)


def caption(payload: Fields) -> str:
    """The caption that stands beside a file; empty when none does."""
    captions = (payload.fields(kind).text("caption") for kind in MEDIA_KINDS if kind in payload)
    return next(filter(None, captions), "")


def _read(kind: MediaKind, value: object) -> MediaRef:
    if isinstance(value, str):
        return _at(kind, clean_text(value), Fields(None))
    named = Fields(value)
    place = named.text("path") or named.text("media_path") or named.text("url")
    return _at(kind, place, named)


def _at(kind: MediaKind, place: str, named: Fields) -> MediaRef:
    remote = place.startswith(("http://", "https://"))
    return MediaRef(
        kind=kind,
        path=place if place and not remote else None,
        url=place if remote else None,
        filename=named.text("filename", 255) or None,
        mime=named.text("mime_type", 255) or None,
    )
