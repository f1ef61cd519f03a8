"""Faces of contacts: their picture if there is one, and initials on a tint for while there is none."""

from __future__ import annotations

from rookery.conversations.models import Contact
from rookery.details import keeping
from rookery.web.presenters import people
from rookery.web.view_models import Avatar


def picture_url(contact: Contact) -> str | None:
    """The path of the contact's picture, which changes with it; None without one. Who may see it is the view's business."""
    return keeping.address(contact.pk, contact.avatar_key) or None


def contact_avatar(contact: Contact) -> Avatar:
    """What stands for a contact: `picture` ("" for none), `initials`, and `hue` 0 to 11, the same wherever they appear."""
    name = people.contact_name(contact)
    return Avatar(people.initials(name), people.hue(contact.pk), picture_url(contact) or "")
