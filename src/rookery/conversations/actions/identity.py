"""Who is who: aliases lead to contacts."""

from __future__ import annotations

from collections.abc import Sequence

from rookery.conversations.incoming import Alias
from rookery.conversations.store import people
from rookery.db.fields import now_seconds


def do_resolve_contact(account_id: int, aliases: Sequence[Alias], kind: str) -> tuple[int, bool]:
    """The contact that owns these aliases, made if nobody does; and whether an alias was learnt just now.

    When the aliases belong to two contacts, the number's contact is the answer and the LID's stays what it is:
    nothing is lost, and the next message finds the same contact. Joining the two is not built yet.
    """
    owners = people.find_owners(account_id, aliases)
    owner = next(
        (owners[alias.kind, alias.key] for alias in aliases if (alias.kind, alias.key) in owners), None
    )
    if owner is None:
        return _make(account_id, aliases, kind), True
    learnt = False
    for alias in aliases:
        if (alias.kind, alias.key) not in owners:
            learnt = people.add_address(account_id, owner, alias) or learnt
            if alias.kind == "pn":
                people.set_phone(owner, phone_of(alias))
    return owner, learnt


def phone_of(alias: Alias) -> str:
    """E.164 of a number's alias, as WhatsApp spells it; "" for every other kind."""
    user = alias.jid.partition("@")[0]
    return f"+{user}"[:16] if alias.kind == "pn" and user.isdigit() else ""


def _make(account_id: int, aliases: Sequence[Alias], kind: str) -> int:
    phone = next((phone_of(alias) for alias in aliases if alias.kind == "pn"), "")
    contact_id = people.insert_contact(account_id, kind, phone, now_seconds())
    for position, alias in enumerate(aliases):
        added = people.add_address(account_id, contact_id, alias)
        if not added and position == 0:
            people.delete_contact(contact_id)  # another worker met the same stranger first
            return people.find_owners(account_id, [alias])[alias.kind, alias.key]
    return contact_id
