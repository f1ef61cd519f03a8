"""Names and faces."""

from __future__ import annotations

from django.utils.translation import gettext as _

from rookery.accounts.models import User
from rookery.conversations.models import Contact
from rookery.waid import phone
from rookery.web.formatting import plain
from rookery.web.view_models import Author, Avatar

HUES = 12
_STEP = 5  # neighbours in the database get colours far apart


def contact_name(contact: Contact) -> str:
    """What the team calls a contact: its name, else what it calls itself, else its number."""
    name = plain(contact.name) or plain(contact.push_name)
    if name:
        return name
    if contact.phone:
        return phone.display(contact.phone)
    return _("Group") if contact.kind == Contact.Kind.GROUP else _("Unknown number")


def user_name(user: User) -> str:
    return plain(user.name) or user.email


def first_name(name: str) -> str:
    return name.split(maxsplit=1)[0] if name else ""


def user_avatar(user: User) -> Avatar:
    return Avatar(initials(user_name(user)), hue(user.pk))


def contact_author(contact: Contact | None) -> Author:
    """A contact as the author of a bubble; None when it was deleted."""
    if contact is None:
        return Author("c0", _("Somebody"))
    return Author(f"c{contact.pk}", contact_name(contact), hue(contact.pk))


def hue(key: int) -> int:
    return key * _STEP % HUES


def initials(name: str) -> str:
    """Two letters, or the last two digits of a number."""
    words = [word for word in name.split() if any(part.isalpha() for part in word)]
    if not words:
        return "".join(part for part in name if part.isdigit())[-2:] or "?"
    firsts = [next(part for part in word if part.isalpha()) for word in words]
    return (firsts[0] + (firsts[-1] if len(firsts) > 1 else "")).upper()
