"""A group's subject and people, as its gateway tells them, into the domain.

The answer's time is when it was asked for, by WhatsApp's clock: whatever an event says of a later second stays.
Each write is short; one that is interrupted is made good by the next look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F

from rookery import db
from rookery.accounts.models import Account
from rookery.channels import states
from rookery.channels.models import Channel
from rookery.conversations.actions import identity, names, waiting_room
from rookery.conversations.incoming import Alias, Place
from rookery.conversations.models import Contact, GroupMember
from rookery.conversations.store import groups
from rookery.details import keeping
from rookery.providers.commands import GroupInfo, GroupInfoMember
from rookery.waid import BadJid, Jid, address_key

EVENT: Final = "group/info"
"""Stands for the event's id where two times are equal."""

_SLICE: Final = 20  # people a write
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody on the roster, by all addresses known."""

    aliases: tuple[Alias, ...]
    role: str


def keep(place: Place, group_id: int, info: GroupInfo, at: int) -> None:
    """Write down what the gateway says of a group at second `at`. Not inside `db.write()`.

    `group_life.do_roster` does the same in one write; a thousand people are too many for that.
    """
    people = [member for one in info.members if (member := _member(one)) is not None]
    _learn_own_lid(place, people)
    held(place.account_id, lambda: _do_describe(place.account_id, group_id, info, at))
    for start in range(0, len(people), _SLICE):
        some = people[start : start + _SLICE]
        held(place.account_id, lambda some=some: _do_seat(place.account_id, group_id, some, at))  # type: ignore[misc]
    if people:
        held(place.account_id, lambda: _do_close(place.account_id, group_id, at))


def held(account_id: int, call: Callable[[], None]) -> None:
    """Run a write that goes by contacts' ids, again when contacts have to be joined alone first. Raises DatabaseError."""
    for _ in range(_TRIES):
        try:
            with db.write():
                identity.do_hold_still([account_id])
                call()
                return
        except identity.MergeDue:
            continue
    with db.write():
        identity.do_hold_still([account_id])
        call()


def alias_of(jid: Jid) -> Alias:
    """Raises BadJid for nobodies."""
    kind, key = address_key(jid)
    return Alias(kind, key, str(jid.bare))


def _member(one: GroupInfoMember) -> Member | None:
    try:
        aliases = tuple(alias_of(jid) for jid in (one.pn, one.lid) if jid is not None)
    except BadJid:
        return None
    role = (
        GroupMember.Role.OWNER
        if one.owner
        else GroupMember.Role.ADMIN
        if one.admin
        else GroupMember.Role.MEMBER
    )
    return Member(aliases, role) if aliases else None


def _is_own(place: Place, member: Member) -> bool:
    return any((alias.kind, alias.key) in place.own for alias in member.aliases)


def _learn_own_lid(place: Place, people: Sequence[Member]) -> None:
    """The roster is often the first to name our own LID; receipts by it are our own reading."""
    lids = [
        alias
        for member in people
        if _is_own(place, member)
        for alias in member.aliases
        if alias.kind == "lid"
    ]
    if not lids or ("lid", lids[0].key) in place.own:
        return
    with db.write():
        if Channel.objects.filter(pk=place.channel_id, own_lid="").exists():
            states.do_learn_own_lid(place.channel_id, lids[0].jid)
            # Whoever remembers places reads them anew.
            Account.objects.filter(pk=place.account_id).update(identity_epoch=F("identity_epoch") + 1)


def _do_describe(account_id: int, group_id: int, info: GroupInfo, at: int) -> None:
    group = Contact.objects.select_for_update().filter(pk=group_id, merged_into__isnull=True).first()
    if group is None:
        return
    if info.subject:
        names.do_heard_saved_name(group_id, info.subject, at, EVENT, account_id=account_id)
    said: dict[str, Any] = {"description": info.topic, "announce": info.announce, "locked": info.locked}
    if any(group.additional_attributes.get(key) != value for key, value in said.items()):
        group.additional_attributes = {**group.additional_attributes, **said}
        group.save(update_fields=["additional_attributes"])
        keeping.do_tell(group_id)


def _do_seat(account_id: int, group_id: int, people: Sequence[Member], at: int) -> None:
    """Each of these is in the group."""
    for member in people:
        contact_id, learnt = identity.do_resolve_contact(account_id, member.aliases, "person")
        groups.set_present(group_id, contact_id, True, at)
        groups.set_role(group_id, contact_id, member.role, at)
        if learnt:
            waiting_room.retry_for_contact(account_id, contact_id)


def _do_close(account_id: int, group_id: int, at: int) -> None:
    """Who was not named is not in the group; then what waited for its people can be judged."""
    GroupMember.objects.filter(group_id=group_id, present=True, present_at__lt=at).update(
        present=False, present_at=at
    )
    waiting_room.retry_for_group(account_id, group_id)
