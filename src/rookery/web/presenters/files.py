"""Attachments as the media of a bubble."""

from __future__ import annotations

from pathlib import PurePath
from urllib.parse import quote

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from rookery.conversations.models import Attachment, Blob
from rookery.media import serving
from rookery.web.formatting import plain
from rookery.web.presenters import words
from rookery.web.view_models import Media

FAMILY = {"video_note": "video", "voice": "audio"}
STATES = {
    "stored": "ready",
    "ready": "ready",
    "uploaded": "ready",
    "converting": "ready",
    "wanted": "waiting",
    "fetching": "waiting",
    "failed": "failed",
    "refused": "failed",
    "gone": "gone",
}
ICONS = {"image": "image", "video": "video", "audio": "mic", "document": "file", "sticker": "sticker"}
BOX = (320, 340)
"""Pictures fill at most this many CSS pixels; what is known of them reserves its place before they load."""

STICKER_BOX = (150, 150)
UNKNOWN_SIZE = (240, 180)


def family(attachment: Attachment) -> str:
    """The kind of bubble that shows this file: what browsers do not show is a document."""
    kind = FAMILY.get(attachment.kind, attachment.kind)
    blob = attachment.blob
    if blob is not None and kind != "document" and not serving.is_shown(blob):
        return "document"
    return kind if kind in ICONS else "document"


def media(attachment: Attachment) -> Media:
    kind, blob = family(attachment), attachment.blob
    state = STATES.get(attachment.state, "failed")
    if state == "ready" and blob is None:
        state = "gone"
    width, height = _box(kind, blob)
    seconds = (blob.duration_ms or 0) / 1000 if blob is not None else 0.0
    return Media(
        kind=kind,
        state=state,
        key=f"{attachment.uuid}-{state}",
        name=plain(attachment.name) or label(attachment),
        url=_url(attachment) if state == "ready" else "",
        thumb=f"/attachments/{attachment.uuid}/thumb" if blob is not None and blob.thumb_key else "",
        size=filesizeformat(blob.size).replace("\xa0", " ") if blob is not None else "",
        label=_type_word(attachment) if kind == "document" else label(attachment),
        width=width,
        height=height,
        seconds=round(seconds),
        duration=words.duration(seconds) if seconds else "",
        waveform=",".join(str(int(level)) for level in blob.waveform) if blob is not None else "",
        words=_state_words(attachment, state),
        retry_url=f"/attachments/{attachment.uuid}/retry" if state in ("failed", "gone") else "",
        voice=attachment.kind == "voice",
        round=kind == "video" and attachment.kind == "video_note",
    )


def label(attachment: Attachment) -> str:
    """What kind of file it is, in one or two words."""
    return {
        "image": _("Photo"),
        "video": _("Video"),
        "video_note": _("Video note"),
        "audio": _("Audio"),
        "voice": _("Voice message"),
        "sticker": _("Sticker"),
    }.get(attachment.kind, _("Document"))


def summary(attachment: Attachment) -> str:
    """One line for a row or a quote: a document says its name, a recording its length."""
    if family(attachment) == "document":
        return plain(attachment.name) or label(attachment)
    blob = attachment.blob
    if family(attachment) == "audio" and blob is not None and blob.duration_ms:
        return f"{label(attachment)}, {words.duration(blob.duration_ms / 1000)}"
    return label(attachment)


def _url(attachment: Attachment) -> str:
    name = plain(attachment.name).replace("/", "_") or "file"
    return f"/attachments/{attachment.uuid}/{quote(name, safe='')}"


def _box(kind: str, blob: Blob | None) -> tuple[int, int]:
    if blob is None or not blob.width or not blob.height:
        return STICKER_BOX if kind == "sticker" else UNKNOWN_SIZE
    widest, highest = STICKER_BOX if kind == "sticker" else BOX
    scale = min(widest / blob.width, highest / blob.height, 1)
    return max(40, round(blob.width * scale)), max(40, round(blob.height * scale))


def _type_word(attachment: Attachment) -> str:
    extension = PurePath(plain(attachment.name)).suffix.lstrip(".").upper()
    return extension if 0 < len(extension) <= 5 else _("File")


def _state_words(attachment: Attachment, state: str) -> str:
    if state == "waiting":
        if attachment.error:
            return _("Not there yet, trying again: %(reason)s") % {
                "reason": words.file_failure(attachment.error)
            }
        return _("Loading…")
    if state == "gone":
        return _("This file is no longer on the phone or the gateway.")
    if state == "failed":
        return words.file_failure(attachment.error or "media_error")
    return ""
