"""Contacts that may be one person: proposals with their reasons, for people to decide. Nothing is joined here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from rookery.conversations.store import sql
from rookery.waid import BadPhone, phone

Reason: TypeAlias = Literal["number", "email", "saved_name", "name_and_group"]

MOST = 500
"""Proposals of one scan; after that many are decided, the next scan finds the rest."""
_ENOUGH = 5  # contacts that share something: more than so many are no duplicates but a shared telephone or a common name
_SHORTEST = 3  # characters of a name that says anything


@dataclass(frozen=True, slots=True)
class Proposal:
    """`first` has the lower key. `number`: one number in two spellings (ninth digit, infix) or simply twice.

    `email`: the same address. `saved_name`: saved on the phone under one name, one known by LID alone, one by number.
    `name_and_group`: they call themselves alike and are in a group together, likewise: often two people; `is_weak`.
    """

    first: int
    second: int
    reason: Reason

    @property
    def is_weak(self) -> bool:
        """Look before you join: the evidence is what people call themselves."""
        return self.reason in ("saved_name", "name_and_group")


@dataclass(slots=True)
class _Person:
    phone: str
    email: str
    saved: str
    push: str
    numbers: set[str] = field(default_factory=set)
    lids: set[str] = field(default_factory=set)

    @property
    def by_lid_alone(self) -> bool:
        return bool(self.lids) and not self.numbers and not self.phone


def scan(account_id: int) -> list[Proposal]:
    """Pairs of the account's people that may be one, strongest reason first; at most MOST. Reads every contact once.

    Never a pair that somebody said is two, nor two people with different LIDs.
    """
    people = _people(account_id)
    apart = _apart(account_id)
    found: dict[tuple[int, int], Proposal] = {}
    for reason, pairs in (
        ("number", _same(_by_number(people))),
        ("email", _same((row.email.casefold(), pk) for pk, row in people.items() if row.email)),
        ("saved_name", _revealed(people, ((_plain(row.saved), pk) for pk, row in people.items()))),
        ("name_and_group", _revealed(people, _by_name_and_group(account_id, people))),
    ):
        for one, other in pairs:
            pair = (min(one, other), max(one, other))
            if pair in apart or pair in found or _are_two(people[one], people[other]):
                continue
            found[pair] = Proposal(*pair, reason)  # type: ignore[arg-type]
            if len(found) >= MOST:
                return list(found.values())
    return list(found.values())


def _people(account_id: int) -> dict[int, _Person]:
    rows = sql.rows(
        "SELECT id, phone, email, saved_name, push_name FROM conversations_contact"
        " WHERE account_id = %s AND kind = 'person' AND merged_into_id IS NULL ORDER BY id",
        [account_id],
    )
    people = {row[0]: _Person(*row[1:]) for row in rows}
    addresses = sql.rows(
        "SELECT contact_id, kind, key, jid FROM conversations_address WHERE account_id = %s AND kind IN ('pn', 'lid')",
        [account_id],
    )
    for contact_id, kind, key, jid in addresses:
        if (person := people.get(contact_id)) is not None:
            if kind == "lid":
                person.lids.add(key)
            else:
                # Made anew: a row may be older than what we know today about its country's spellings.
                person.numbers.add(_key(jid.partition("@")[0]) or key)
    return people


def _apart(account_id: int) -> set[tuple[int, int]]:
    rows = sql.rows("SELECT first_id, second_id FROM conversations_apart WHERE account_id = %s", [account_id])
    return {(first, second) for first, second in rows}


def _by_number(people: dict[int, _Person]) -> Iterator[tuple[str, int]]:
    for pk, person in people.items():
        for key in person.numbers | {_key(person.phone)}:
            if key:
                yield key, pk


def _by_name_and_group(
    account_id: int, people: dict[int, _Person]
) -> Iterator[tuple[tuple[int, str] | None, int]]:
    rows = sql.rows(
        "SELECT m.group_id, m.contact_id FROM conversations_groupmember m"
        " JOIN conversations_contact c ON c.id = m.group_id WHERE c.account_id = %s",
        [account_id],
    )
    for group_id, contact_id in rows:
        name = _plain(people[contact_id].push) if contact_id in people else None
        if name:
            yield (group_id, name), contact_id


def _same(keyed: Iterable[tuple[Hashable, int]]) -> Iterator[tuple[int, int]]:
    """Every contact of a key with the first of it."""
    for first, *others in _groups(keyed):
        for other in others:
            yield first, other


def _revealed(people: dict[int, _Person], keyed: Iterable[tuple[Hashable, int]]) -> Iterator[tuple[int, int]]:
    """Where exactly one of a key is known by LID alone and exactly one by a number: with more nobody can tell which."""
    for members in _groups(keyed):
        hidden = [pk for pk in members if people[pk].by_lid_alone]
        shown = [pk for pk in members if people[pk].numbers]
        if len(hidden) == 1 and len(shown) == 1:
            yield hidden[0], shown[0]


def _groups(keyed: Iterable[tuple[Hashable, int]]) -> Iterator[list[int]]:
    found: dict[Hashable, dict[int, None]] = defaultdict(dict)
    for key, pk in keyed:
        if key not in ("", None):
            found[key][pk] = None
    for members in found.values():
        if 2 <= len(members) <= _ENOUGH:
            yield sorted(members)


def _are_two(one: _Person, other: _Person) -> bool:
    return bool(one.lids and other.lids and not one.lids & other.lids)


def _plain(name: str) -> str:
    """A name for comparing; "" when it is too short to say anything."""
    plain = " ".join(name.casefold().split())
    return plain if len(plain) >= _SHORTEST else ""


def _key(number: str) -> str:
    try:
        return phone.key(number)
    except BadPhone:
        return ""
