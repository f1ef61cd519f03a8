"""Files of messages (contract 3.6)."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, Final

from django.conf import settings

from rookery.conversations.models import Attachment, Blob
from rookery.media import links

FAMILY: Final = {
    "image": "image",
    "sticker": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "video_note": "video",
}
_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp"})
_FILMS: Final = frozenset({"video/ogg", "video/mp4", "video/webm", "video/quicktime"})
_THERE: Final = frozenset({"stored", "ready", "uploaded", "converting"})


def attachment(row: Attachment) -> dict[str, Any]:
    """`data_url` is absolute, stable and dies with the attachment; "" while there is no file."""
    blob = row.blob if row.state in _THERE else None
    kind = file_type(row.kind, blob)
    link = settings.BASE_URL + links.sign(row) if blob is not None else ""
    thumb = f"{link}?thumb=1" if blob is not None and blob.thumb_key and kind == "image" else ""
    shape = {
        "id": row.pk,
        "message_id": row.message_id,
        "file_type": kind,
        "account_id": row.account_id,
        "extension": PurePath(row.name).suffix.lstrip(".").lower() or None,
        "data_url": link,
        "thumb_url": thumb,
        "file_size": blob.size if blob is not None else 0,
        "width": blob.width if blob is not None else None,
        "height": blob.height if blob is not None else None,
        "state": row.state,
        "file_name": row.name,
    }
    return shape | {"transcribed_text": ""} if kind == "audio" else shape


def file_type(kind: str, blob: Blob | None) -> str:
    """`image`, `audio`, `video` or `file`: what WhatsApp called it, if its bytes are that."""
    family = FAMILY.get(kind, "file")
    if blob is None or family == "file":
        return family
    fits = {
        "image": blob.type in _PICTURES,
        "video": blob.type in _FILMS,
        "audio": blob.type.startswith("audio/"),
    }
    return family if fits[family] else "file"
