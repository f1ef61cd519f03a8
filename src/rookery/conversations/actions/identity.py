"""Who is who: aliases lead to contacts, and contacts that prove to be one are joined.

A pair (number and LID in one payload) is WhatsApp's own word that both are one person. The owners of both are joined,
whichever was met first and by whatever else: a union of pairs is the same in any order. Two things are never joined by
themselves: contacts that somebody said are two (`Apart`), and contacts that already have different LIDs, for a LID
stays with a person while numbers are changed and given to others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rookery.conversations.actions import merging
from rookery.conversations.actions.identity_lock import MergeDue, do_hold_still, have_alone
from rookery.conversations.actions.merging import are_apart
from rookery.conversations.incoming import Alias
from rookery.conversations.store import people
from rookery.db.fields import now_seconds

_RACES = 5  # how often in a row somebody else may have met the same stranger first

__all__ = ["MergeDue", "are_apart", "do_hold_still", "do_resolve_contact", "phone_of", "same_person"]


def do_resolve_contact(
    account_id: int, aliases: Sequence[Alias], kind: str, *, seen: bool = True
) -> tuple[int, bool]:
    """The contact that owns these aliases, made if nobody does; and whether an alias was learnt or contacts joined.

    `aliases`: all that one payload says about one person, the preferred first. Two different numbers or two different
    LIDs contradict each other: then none of them is believed to belong to another, and the first number's contact is
    the answer. A number that is known with another LID has changed hands: the LID's contact is the answer.
    `seen`: WhatsApp spelled them so; else somebody dialled them. After a True the caller drops its
    contact cache and calls `waiting_room.retry_for_contact`. Inside `db.write()`; raises MergeDue.
    """
    believed = _believed(aliases)
    for _ in range(_RACES):
        found = _resolve(account_id, believed, kind, seen)
        if found is not None:
            return found
    raise MergeDue("contacts are made faster than they can be found")


def same_person(account_id: int, aliases: Sequence[Alias], contact_id: int) -> bool | None:
    """Whether whoever bears these aliases is the contact. None: not known yet, ask again when an alias was learnt.

    True: an alias is the contact's. False: somebody said they are two, or both sides have a LID and none in common, or
    both have a number and none in common. What was once True or False stays so, but for people who change their number
    and claims older than the first event that says so.
    """
    mine = set(people.list_keys(contact_id))
    named, known = {alias.key for alias in aliases if alias.kind == "lid"}, _of(mine, "lid")
    if named and known and not named & known:
        return False  # whatever their numbers: those change hands
    owners = people.find_owners(account_id, aliases)
    if contact_id in owners.values():
        return True
    theirs = {(alias.kind, alias.key) for alias in aliases}
    for owner in set(owners.values()):
        if are_apart(owner, contact_id):
            return False
        theirs.update(people.list_keys(owner))
    for kind in ("lid", "pn", "group", "newsletter"):
        if _of(theirs, kind) and _of(mine, kind):
            return False
    return None


def phone_of(alias: Alias) -> str:
    """E.164 of a number's alias, as WhatsApp spells it; "" for every other kind."""
    return people.phone_of(alias.jid) if alias.kind == "pn" else ""


def _believed(aliases: Sequence[Alias]) -> list[Alias]:
    """One alias of each kind; when one kind names two, the preferred alone."""
    unique = list({(alias.kind, alias.key): alias for alias in reversed(aliases)}.values())[::-1]
    kinds = [alias.kind for alias in unique]
    if len(set(kinds)) == len(kinds):
        return unique
    return [next((alias for alias in unique if alias.kind == "pn"), unique[0])]


def _resolve(account_id: int, aliases: Sequence[Alias], kind: str, seen: bool) -> tuple[int, bool] | None:
    """One try; None when another worker took one of the aliases meanwhile."""
    known = people.find_addresses(account_id, aliases)
    if not known:
        return _make(account_id, aliases, kind, seen)
    owners = [
        known[alias.kind, alias.key].contact_id for alias in aliases if (alias.kind, alias.key) in known
    ]
    contact_id, *others = dict.fromkeys(owners)
    if seen and _see(account_id, aliases, known):
        known = people.find_addresses(account_id, aliases)
    if others:
        return _settle(account_id, aliases, contact_id, others[0], known)
    missing = [alias for alias in aliases if (alias.kind, alias.key) not in known]
    if any(alias.kind == "lid" for alias in missing) and _lids(contact_id):
        return _make(account_id, missing, kind, seen)
    if not all(people.add_address(account_id, contact_id, alias, seen=seen) for alias in missing):
        return None
    if missing:
        people.refresh_reach(contact_id)
    return contact_id, bool(missing)


def _see(account_id: int, aliases: Sequence[Alias], known: dict[tuple[str, str], people.Known]) -> bool:
    """Note how WhatsApp spells the aliases; whether any is new in that."""
    news = False
    for alias in aliases:
        address = known.get((alias.kind, alias.key))
        if address is None or (address.seen and address.jid == alias.jid):
            continue
        if people.see_address(account_id, alias):
            people.refresh_reach(address.contact_id)
            news = True
    return news


def _settle(
    account_id: int,
    aliases: Sequence[Alias],
    first: int,
    other: int,
    known: dict[tuple[str, str], people.Known],
) -> tuple[int, bool] | None:
    """The contact of a pair whose halves belong to two: they are joined, unless something says they are two."""
    if are_apart(first, other):
        return first, False
    if _lids(first) and _lids(other):
        lid = next(alias for alias in aliases if alias.kind == "lid")
        return known[lid.kind, lid.key].contact_id, False
    have_alone(account_id)
    if people.find_addresses(account_id, aliases) != known:
        return None  # a caller that did not hold still: somebody joined them while we waited
    keep, merge = merging.elder(first, other)
    merging.do_merge(account_id, keep, merge, reason="pair")
    return keep, True


def _make(account_id: int, aliases: Sequence[Alias], kind: str, seen: bool) -> tuple[int, bool] | None:
    phone = next((phone_of(alias) for alias in aliases if alias.kind == "pn"), "")
    contact_id = people.insert_contact(account_id, kind, phone, now_seconds())
    added = [people.add_address(account_id, contact_id, alias, seen=seen) for alias in aliases]
    if all(added):
        return contact_id, True
    if not any(added):
        people.delete_contact(contact_id)
    return None


def _lids(contact_id: int) -> set[str]:
    return _of(people.list_keys(contact_id), "lid")


def _of(pairs: Iterable[tuple[str, str]], kind: str) -> set[str]:
    return {key for one, key in pairs if one == kind}
