"""Erasing contacts and conversations (contract 4.2, 4.3): administrators only, 200 without a body."""

from __future__ import annotations

from rookery.api import errors
from rookery.api.calls import Call
from rookery.conversations import access
from rookery.conversations.actions import erasing
from rookery.conversations.errors import Refused

FORBIDDEN = "You are not authorized to do this action"


def contact(call: Call, contact_id: int) -> None:
    _erase(call, "contact", access.contact(call.viewer, contact_id).pk)


def conversation(call: Call, conversation_id: int) -> None:
    _erase(call, "conversation", access.conversation(call.viewer, conversation_id).pk)


def _erase(call: Call, kind: erasing.Kind, pk: int) -> None:
    """Short ones are gone when this answers, long ones within a minute."""
    if not call.viewer.is_administrator:
        raise errors.ApiError(401, {"error": FORBIDDEN})
    try:
        erasing.do_ask(kind, pk, call.user)
    except Refused as error:
        raise errors.refused(error) from error
