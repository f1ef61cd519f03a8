"""What agents write down about a contact."""

from __future__ import annotations

from typing import Any, Final

from django.db import IntegrityError, transaction

from rookery import db
from rookery.accounts.models import User
from rookery.conversations import facts
from rookery.conversations.actions import names
from rookery.conversations.errors import Refused
from rookery.conversations.models import Contact

FIELDS: Final = ("name", "email", "identifier", "blocked", "custom_attributes", "additional_attributes")


def do_edit_contact(contact: Contact, changes: dict[str, Any], *, by: User | None = None) -> Contact:
    """Set what `changes` names of FIELDS; attribute hashes are merged into what is there.

    The name is the agent's and goes before all others. Raises Refused `identifier_taken`.
    """
    columns: dict[str, Any] = {
        name: changes[name] for name in ("email", "identifier", "blocked") if name in changes
    }
    if "identifier" in columns:
        columns["identifier"] = columns["identifier"] or None
    with db.write():
        row = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
        for name in ("custom_attributes", "additional_attributes"):
            if name in changes:
                columns[name] = {**getattr(row, name), **changes[name]}
        if columns:
            try:
                with transaction.atomic():
                    Contact.objects.filter(pk=row.pk).update(listed=True, **columns)
            except IntegrityError as error:
                raise Refused("identifier_taken", "identifier") from error
        if "name" in changes:
            names.do_set_agent_name(row, changes["name"], by=by)
        facts.record_contact(row.account_id, row.pk)
    contact.refresh_from_db()
    return contact
