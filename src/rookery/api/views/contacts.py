"""Contacts (contract 4.2, 7.2)."""

from __future__ import annotations

from typing import Any

from rookery.api import errors
from rookery.api.calls import Call
from rookery.api.reading import contacts as reading
from rookery.api.reading import conversations as talks
from rookery.api.shapes import contacts, conversations
from rookery.conversations import access
from rookery.conversations.actions import editing
from rookery.conversations.errors import Refused
from rookery.conversations.models import Contact

_HASHES = ("custom_attributes", "additional_attributes")


def index(call: Call) -> dict[str, Any]:
    return _page(call)


def search(call: Call) -> dict[str, Any]:
    query = call.query.text("q").strip()
    if not query:
        raise errors.unreadable("Specify search string with parameter q")
    return _page(call, query)


def show(call: Call, contact_id: int) -> dict[str, Any]:
    return {"payload": _shape(call, reading.one(call.viewer, contact_id))}


def update(call: Call, contact_id: int) -> dict[str, Any]:
    """Only what is named changes; the hashes are merged. The number is WhatsApp's and stays."""
    body, found = call.body, access.contact(call.viewer, contact_id)
    changes: dict[str, Any] = {
        name: body.text(name) for name in ("name", "email", "identifier") if body.has(name)
    }
    changes |= {name: body.record(name) for name in _HASHES if body.has(name)}
    if body.has("blocked"):
        changes["blocked"] = body.flag("blocked")
    try:
        editing.do_edit_contact(found, changes, by=call.user)
    except Refused as error:
        raise errors.invalid(error, "identifier") from error
    return {"payload": _shape(call, reading.one(call.viewer, contact_id))}


def its_conversations(call: Call, contact_id: int) -> dict[str, Any]:
    found = talks.of_contact(call.viewer, access.contact(call.viewer, contact_id))
    return {"payload": [conversations.conversation(call.scene, row) for row in found]}


def _page(call: Call, query: str = "") -> dict[str, Any]:
    """`current_page` is a text when the caller named one, as in Chatwoot."""
    number = max(1, call.query.number("page") or 1)
    if call.query.texts("labels"):
        return {
            "meta": {"count": 0, "current_page": _current(call, number)},
            "payload": [],
        }  # nobody has labels yet
    found, count = reading.page(call.viewer, query=query, sort=call.query.text("sort"), number=number)
    meta = {"count": count, "current_page": _current(call, number)}
    return {"meta": meta, "payload": [_shape(call, row) for row in found]}


def _current(call: Call, number: int) -> str | int:
    return str(number) if call.query.has("page") else number


def _shape(call: Call, row: Contact) -> dict[str, Any]:
    """With its places unless the caller wants none; without asking, Chatwoot gives them too."""
    if call.query.text("include_contact_inboxes", "true") == "false":
        return contacts.contact(row)
    return contacts.contact_with_inboxes(row)
