"""How a file leaves: with its own type only if that is harmless, else as an unnamed download.

Permission is the caller's business (web, api). The ASGI front streams the bytes itself, with ranges, when an
answer carries X-Rookery-File: no page thread waits for a slow reader (decisions A8).
"""

from __future__ import annotations

from typing import Final, Literal

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from rookery.conversations.models import Attachment, Blob
from rookery.media import formats, names, places

FILE_HEADER: Final = "X-Rookery-File"
"""The storage key of the file to stream; for the front alone, which removes it."""

Variant = Literal["file", "thumb", "play"]
"""The file itself, its picture, or the copy for browsers that do not play it."""
_DERIVED: Final = {"thumb": ("image/webp", "thumbnail.webp"), "play": ("audio/mp4", "audio.m4a")}
_POLICY: Final = "sandbox; default-src 'none'"
_CACHE: Final = "private, max-age=3600"


def is_shown(blob: Blob) -> bool:
    """Whether browsers show this file themselves: a picture, sound or video of a harmless type, or its copy."""
    return blob.type in formats.SERVED or bool(blob.play_key)


def serve_headers(attachment: Attachment, blob: Blob, variant: Variant = "file") -> dict[str, str]:
    """Every header of a file's answer but its length and ranges."""
    mime, name = _DERIVED.get(variant) or (blob.type, names.clean(attachment.name, blob.type))
    shown = mime in formats.SERVED
    return {
        "Content-Type": mime if shown else formats.OPAQUE,
        "Content-Disposition": content_disposition_header(not shown, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _POLICY,
        "Cache-Control": _CACHE,
    }


def file_response(
    attachment: Attachment, thumb: bool = False, *, play: bool = False
) -> HttpResponse | StreamingHttpResponse:
    """The answer that makes the front stream the file. Raises Http404 while there is no such file.

    From a bucket the bytes pass through here, without ranges.
    """
    blob, variant = attachment.blob, _variant(thumb, play)
    key = _key(blob, variant) if blob is not None else ""
    if blob is None or not key or not places.storage().exists(key):
        raise Http404("no such file")
    headers = serve_headers(attachment, blob, variant)
    if places.local_path(key) is None:
        return FileResponse(places.storage().open(key, "rb"), headers=headers)
    return HttpResponse(b"", headers={**headers, FILE_HEADER: key})


def _variant(thumb: bool, play: bool) -> Variant:
    return "thumb" if thumb else "play" if play else "file"


def _key(blob: Blob, variant: Variant) -> str:
    return {"file": blob.key, "thumb": blob.thumb_key, "play": blob.play_key}[variant]
