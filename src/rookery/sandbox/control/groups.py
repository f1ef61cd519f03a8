"""Control calls: the life of groups (contract 6.4.16)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from rookery.sandbox import announce, events, identity
from rookery.sandbox import jid as jids
from rookery.sandbox.control.command import Action, Command, ControlError
from rookery.sandbox.model import Group, Member
from rookery.sandbox.world import World

SETTINGS = (
    "subject",
    "topic",
    "locked",
    "announce",
    "timer",
    "addressing",
    "in_history",
    "avatar",
    "avatar_version",
)


def create(command: Command) -> Any:
    """`{subject, members: [phone], jid?, topic?, reason?, with_join?, device?}`: the linked phone is added.

    Any setting of `change` may be given as well. with_join: a `group.participants` join accompanies it.
    """
    world = command.world
    account = world.default_account(command.text("device"))
    jid = command.text("jid") or f"12036304{secrets.randbelow(10**10):010d}{jids.GROUPS}"
    phones = _phones(command, "members")
    members = [Member(phone=phones[0], admin=True, owner=True)] if phones else []
    members += [Member(phone=phone) for phone in phones[1:]] + [Member(phone=account)]
    group = Group(jid=jid, subject=command.need("subject"), created_at=world.now(), members=members)
    _set(command, group)
    keep(world, group)
    at, reason = world.now(), command.text("reason") or ""
    announce.post(world, account, lambda slot: events.joined(slot, jid, group.subject, at, reason))
    if command.flag("with_join"):
        announce.post(
            world, account, lambda slot: events.participants(world, slot, jid, "join", [slot.jid], at)
        )
    return msgspec.to_builtins(group)


def _phones(command: Command, name: str) -> list[str]:
    """Phones of people, or of accounts linked here."""
    given = command.data.get(name, [])
    if not isinstance(given, list):
        raise ControlError(400, f"{name} must be a list of phones")
    accounts = {slot.phone for slot in command.world.slots.values() if slot.phone}
    wanted = [str(phone) for phone in given]
    return [
        jids.digits(phone) if jids.digits(phone) in accounts else command.world.contact(phone).phone
        for phone in wanted
    ]


def _group(command: Command) -> Group:
    group = command.world.groups.get(command.params["jid"])
    if group is None:
        raise ControlError(404, f"no group {command.params['jid']}")
    return group


def keep(world: World, group: Group) -> None:
    world.groups[group.jid] = group
    world.save("group", group.jid, group)


def _set(command: Command, group: Group) -> None:
    given = {name: command.data[name] for name in SETTINGS if name in command.data}
    changed = msgspec.convert({**msgspec.to_builtins(group), **given}, Group)
    for name in given:
        setattr(group, name, getattr(changed, name))


def change(command: Command) -> Any:
    """`{subject?, topic?, locked?, announce?, timer?, avatar?, ..., by?}`: no event tells of any of it."""
    group, by = _group(command), command.text("by")
    _set(command, group)
    if "subject" in command.data:
        group.subject_set_at = command.world.now()
        group.subject_set_by = command.world.contact(by).phone if by else ""
    keep(command.world, group)
    return msgspec.to_builtins(group)


def live(command: Command) -> Any:
    """`{add?, remove?, promote?, demote?}`: lists of phones, in one stroke; events in the gateway's order."""
    changes = [(verb, _phones(command, verb)) for verb in VERBS if command.data.get(verb)]
    return _apply(command, changes)


def _one(verb: str) -> Action:
    def run(command: Command) -> Any:
        """`{phones: [...]}`"""
        return _apply(command, [(verb, _phones(command, "phones"))])

    return run


def _apply(command: Command, changes: list[tuple[str, list[str]]]) -> Any:
    world, group, at = command.world, _group(command), command.world.now()
    # Who is removed hears of it too.
    accounts = {slot.phone for slot in world.slots.values() if slot.phone and group.member(slot.phone)}
    for verb, phones in changes:
        for phone in phones:
            VERBS[verb][1](group, phone)
    keep(world, group)
    accounts |= {slot.phone for slot in world.slots.values() if slot.phone and group.member(slot.phone)}
    told = [
        (VERBS[verb][0], [identity.chat_jid(world, phone) for phone in phones]) for verb, phones in changes
    ]
    builds = [_build(world, group.jid, kind, members, at) for kind, members in told if members]
    for account in accounts:
        announce.post_in_turn(world, account, builds)
    return msgspec.to_builtins(group)


def _build(world: World, group: str, kind: str, members: list[str], at: int) -> announce.Build:
    return lambda slot: events.participants(world, slot, group, kind, members, at)


def _add(group: Group, phone: str) -> None:
    if group.member(phone) is None:
        group.members.append(Member(phone=phone))


def _remove(group: Group, phone: str) -> None:
    group.members = [member for member in group.members if member.phone != phone]


def _set_admin(value: bool) -> Callable[[Group, str], None]:
    def change(group: Group, phone: str) -> None:
        member = group.member(phone)
        if member is None:
            raise LookupError(f"{phone} is not in the group")
        member.admin = value

    return change


VERBS: dict[str, tuple[str, Callable[[Group, str], None]]] = {
    "add": ("join", _add),
    "remove": ("leave", _remove),
    "promote": ("promote", _set_admin(True)),
    "demote": ("demote", _set_admin(False)),
}
"""Verb to the event's type and what it does, in the order in which the gateway tells of them."""

ACTIONS: list[tuple[str, str, Action]] = [
    ("POST", "/groups", create),
    ("POST", "/groups/:jid", change),
    ("POST", "/groups/:jid/live", live),
    *[("POST", f"/groups/:jid/{verb}", _one(verb)) for verb in VERBS],
]
