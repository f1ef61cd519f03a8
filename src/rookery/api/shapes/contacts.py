"""Contacts (contract 3.1, 3.5)."""

from __future__ import annotations

from typing import Any

from rookery.api.shapes import inboxes
from rookery.conversations.models import Contact


def name(contact: Contact) -> str:
    """What the team calls a contact: its name, else what it calls itself, else its number."""
    found = contact.name or contact.push_name or contact.phone
    return found or ("Group" if contact.kind == Contact.Kind.GROUP else "Unknown number")


def contact(row: Contact) -> dict[str, Any]:
    shape = {
        "additional_attributes": row.additional_attributes,
        "availability_status": "offline",
        "email": row.email or None,
        "id": row.pk,
        "name": name(row),
        "phone_number": row.phone or None,
        "blocked": row.blocked,
        "identifier": row.identifier,
        "thumbnail": "",
        "custom_attributes": row.custom_attributes,
        "created_at": row.created_at,
        "kind": row.kind,
    }
    if row.last_activity_at is not None:
        shape["last_activity_at"] = row.last_activity_at
    return shape


def contact_with_inboxes(row: Contact) -> dict[str, Any]:
    """The contact and where it is known. Its `contact_inboxes` were loaded with those the viewer may see alone."""
    places = [
        {"source_id": place.jid, "inbox": inboxes.slim(place.inbox)} for place in row.contact_inboxes.all()
    ]
    return contact(row) | {"contact_inboxes": places}


def contact_push(row: Contact) -> dict[str, Any]:
    """A contact as the sender of a message."""
    return {
        "additional_attributes": row.additional_attributes,
        "custom_attributes": row.custom_attributes,
        "email": row.email or None,
        "id": row.pk,
        "identifier": row.identifier,
        "name": name(row),
        "phone_number": row.phone or None,
        "thumbnail": "",
        "blocked": row.blocked,
        "type": "contact",
    }
