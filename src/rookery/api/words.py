"""Refusals and failures in English: programs read them, and logs of programs; pages have their own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    "bad_number": "This is not a phone number that could exist",
    "no_address": "No WhatsApp address of this contact is known",
    "number_taken": "Phone number has already been taken",
    "being_sent": "A message of it is being sent; try again in a moment",
    "too_large_here": "The file is larger than %(limit)s bytes",
    "empty_file": "The file is empty",
    "contact_gone": "This contact is not there any more",
    "same_contact": "A contact cannot be joined with itself",
    "other_account": "The contacts belong to different accounts",
    "not_a_person": "Only people can be joined",
    "already_merged": "One of the contacts was joined with another one",
    "already_undone": "This was taken back already",
    "later_merge_first": "Take back the later joining of this contact first",
    "identifier_taken": "Identifier has already been taken",
    "bad_groups": "groups must be one of all, none, list, mentioned",
    "bad_group": "%(line)s is not a group's JID",
    "bad_ignored": "%(line)s is neither a JID nor a known suffix",
    "no_space": "The server's disk is nearly full; files cannot be sent at the moment",
}

CANCELLED: Final = "Cancelled before it was sent."
DELETED: Final = "This message was deleted"
CALL: Final = "Incoming call"
CALL_REJECTED: Final = "Call, rejected automatically"
_GROUP: Final[Mapping[str, str]] = {
    "join": "%s joined",
    "leave": "%s left",
    "promote": "%s became an admin",
    "demote": "%s is no longer an admin",
}


def group_line(change: str, names: Sequence[str]) -> str:
    """A change of a group's people."""
    if change == "joined":
        return "Our number joined the group"
    who = ", ".join(names) or "Somebody"
    return _GROUP[change] % who if change in _GROUP else "The group's people changed"


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
