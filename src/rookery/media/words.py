"""The words for why a file is not there. Marked for translation here, translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rookery.providers.errors import sentence as provider_sentence


def gettext_noop(text: str) -> str:
    """Marks a text for extraction."""
    return text


SENTENCES: Final[Mapping[str, str]] = {
    "not_available": gettext_noop("The file is not available at the gateway."),
    "media_timed_out": gettext_noop("The download took too long."),
    "too_large_here": gettext_noop(
        "The file is larger than this inbox takes by itself. An administrator can fetch it."
    ),
    "media_expired": gettext_noop("The file was deleted: it was older than files are kept here."),
    "empty_file": gettext_noop("The file is empty."),
    "no_space": gettext_noop("The server's disk is nearly full; files wait until there is room."),
    "storage_failed": gettext_noop("The file could not be stored."),
    "secret_unavailable": gettext_noop("The gateway's password must be entered again."),
    "media_error": gettext_noop("The file could not be fetched."),
}


def sentence(code: str) -> str:
    """The English sentence of an attachment's `error`; of a provider's code its own sentence."""
    return SENTENCES.get(code) or provider_sentence(code, {})
