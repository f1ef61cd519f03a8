"""The names in a linked phone's address book, for the people we know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rookery.conversations.actions import names
from rookery.conversations.incoming import Alias
from rookery.conversations.models import Contact
from rookery.conversations.store import people
from rookery.details.roster import alias_of, held
from rookery.providers.commands import SavedContact
from rookery.waid import BadJid

EVENT: Final = "my/contacts"
_LOOK_UP: Final = 100
_SLICE: Final = 50


class Saved(NamedTuple):
    """A contact of ours and the name it is saved under ("": not any more)."""

    contact_id: int
    name: str


def keep(account_id: int, book: Sequence[SavedContact], at: int) -> int:
    """Write down what the address book said at second `at`; nobody new is made of it. How many names changed.

    Some gateways put in the push name of who is not saved; that makes nobody saved.
    """
    changed = 0
    for start in range(0, len(book), _LOOK_UP):
        news = _news(account_id, book[start : start + _LOOK_UP])
        for first in range(0, len(news), _SLICE):
            some = news[first : first + _SLICE]
            held(account_id, lambda some=some: _do_name(account_id, some, at))  # type: ignore[misc]
        changed += len(news)
    return changed


def _news(account_id: int, book: Sequence[SavedContact]) -> list[Saved]:
    said: dict[tuple[str, str], tuple[Alias, str]] = {}
    for one in book:
        try:
            alias = alias_of(one.jid)
        except BadJid:
            continue
        if alias.kind in ("pn", "lid"):
            said[alias.kind, alias.key] = (alias, names.clean(one.name))
    owners = people.find_owners(account_id, [alias for alias, _ in said.values()])
    known = {
        pk: (saved, push)
        for pk, saved, push in Contact.objects.filter(
            pk__in=set(owners.values()), merged_into__isnull=True
        ).values_list("pk", "saved_name", "push_name")
    }
    wanted: dict[int, str] = {}
    for pair, contact_id in owners.items():
        name = said[pair][1]
        if contact_id in known and (name or contact_id not in wanted):
            wanted[contact_id] = name
    return [
        Saved(contact_id, name)
        for contact_id, name in wanted.items()
        if name != known[contact_id][0] and not (name == known[contact_id][1] and not known[contact_id][0])
    ]


def _do_name(account_id: int, some: Sequence[Saved], at: int) -> None:
    for one in some:
        names.do_heard_saved_name(one.contact_id, one.name, at, EVENT, account_id=account_id)
