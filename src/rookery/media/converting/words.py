"""The words for files that cannot be sent. Marked for translation here, translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def gettext_noop(text: str) -> str:
    """Marks a text for extraction."""
    return text


SENTENCES: Final[Mapping[str, str]] = {
    "needs_compression": gettext_noop(
        "The file has %(size)s bytes, WhatsApp takes %(limit)s. It would have to lose quality."
    ),
    "cannot_shrink": gettext_noop("Even compressed the file is larger than the %(limit)s bytes WhatsApp takes."),
    "too_many_pixels": gettext_noop("The picture of %(width)s x %(height)s pixels is too large to be converted."),
    "too_long": gettext_noop("The recording is too long: %(minutes)s minutes would be possible."),
    "file_broken": gettext_noop("The file is damaged or cut off: it cannot be played."),
    "format_unknown": gettext_noop("WhatsApp does not take files of this format. Send it as a document."),
    "no_sound": gettext_noop("There is no sound in this recording."),
    "no_picture": gettext_noop("There is no picture in this video."),
    "conversion_failed": gettext_noop("The file could not be converted. Send it as a document."),
    "file_unreadable": gettext_noop("The file to be sent cannot be read."),
}  # fmt: skip
"""Codes of refused files: in `Attachment.error` and `Message.failure_code`; `size` and `limit` are bytes."""
