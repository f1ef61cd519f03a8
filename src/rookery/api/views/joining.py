"""Joining contacts (contract 4.2, `actions/contact_merge`) and taking it back (ours): administrators only."""

from __future__ import annotations

from typing import Any

from rookery.api import errors
from rookery.api.calls import Call
from rookery.api.reading import contacts as reading
from rookery.api.shapes import contacts
from rookery.api.views.erasing import FORBIDDEN
from rookery.conversations import access
from rookery.conversations.actions import duplicates, merging
from rookery.conversations.errors import Refused
from rookery.conversations.models import Merge


def join(call: Call) -> dict[str, Any]:
    """The base keeps its key; the other one's key leads to it from then on."""
    _administrator(call)
    base = access.person(call.viewer, call.body.needed_number("base_contact_id"))
    other = access.person(call.viewer, call.body.needed_number("mergee_contact_id"))
    try:
        merging.do_merge(call.viewer.account.pk, base.pk, other.pk, reason="agent", by=call.user)
    except Refused as error:
        raise errors.refused(error) from error
    return contacts.contact_with_inboxes(reading.one(call.viewer, base.pk))


def proposals(call: Call) -> dict[str, Any]:
    """Pairs that may be one person, with the reason."""
    _administrator(call)
    found = duplicates.scan(call.viewer.account.pk)
    return {
        "payload": [
            {"contact_ids": [one.first, one.second], "reason": one.reason, "weak": one.is_weak}
            for one in found
        ]
    }


def joinings(call: Call, contact_id: int) -> dict[str, Any]:
    """What was joined into a contact, newest first."""
    rows = Merge.objects.filter(kept=access.contact(call.viewer, contact_id)).order_by("-pk")
    return {"payload": [_shape(row) for row in rows]}


def undo(call: Call, joining_id: int) -> dict[str, Any]:
    row = Merge.objects.filter(account_id=call.viewer.account.pk, pk=joining_id).first()
    if row is None:
        raise errors.not_found()
    access.contact(call.viewer, row.kept_id)
    _administrator(call)
    try:
        return _shape(merging.do_undo(row.pk, call.user))
    except Refused as error:
        raise errors.refused(error) from error


def _shape(row: Merge) -> dict[str, Any]:
    return {
        "id": row.pk,
        "contact_id": row.kept_id,
        "joined_contact_id": row.merged_id,
        "reason": row.reason,
        "user_id": row.by_id,
        "created_at": row.at,
        "undone_at": row.undone_at,
    }


def _administrator(call: Call) -> None:
    if not call.viewer.is_administrator:
        raise errors.ApiError(401, {"error": FORBIDDEN})
