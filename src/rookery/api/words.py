"""Refusals and failures in English: programs read them, and logs of programs; pages have their own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rookery.channels.words import sentence

REFUSALS: Final[Mapping[str, str]] = {
    "message_empty": "Content can't be blank without an attachment",
    "message_too_long": "Content is too long (maximum is %(limit)s characters)",
    "too_many_files": "Too many attachments (maximum is %(limit)s)",
    "reply_elsewhere": "The quoted message belongs to another chat",
    "conversation_merged": "This conversation was joined with another one",
    "contact_blocked": "This contact is blocked",
    "channel_missing": "This inbox has no number any more",
    "client_ref_used": "This client_ref or Idempotency-Key was used in another chat",
    "not_retryable": "Only a message that failed, is uncertain or was cancelled can be sent again",
    "not_uncertain": "This message was settled meanwhile",
    "not_cancellable": "This message has left, or never was to be sent",
    "other_unresolved": "This contact has another unresolved conversation in this inbox",
    "no_address": "No WhatsApp address of this contact is known",
    "number_taken": "Phone number has already been taken",
    "too_large_here": "The file is larger than %(limit)s bytes",
    "empty_file": "The file is empty",
    "no_space": "The server's disk is nearly full; files cannot be sent at the moment",
}

CANCELLED: Final = "Cancelled before it was sent."


def refusal(code: str, params: Mapping[str, Any]) -> str:
    """Why an action was refused."""
    return REFUSALS.get(code, "The request was refused") % _Known(params)


def failure(code: str, params: Mapping[str, Any]) -> str:
    """Why a message did not go."""
    return sentence(code, params)


class _Known(dict[str, Any]):
    """A value that a refusal does not bring must not become an error of ours."""

    def __missing__(self, key: str) -> str:
        return "?"
