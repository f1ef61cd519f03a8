"""Control calls: the life of groups."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec

from rookery.sandbox import events, identity, people
from rookery.sandbox import jid as jids
from rookery.sandbox.control.command import Action, Command, ControlError
from rookery.sandbox.model import Group, Member


def create(command: Command) -> Any:
    """`{subject, members: [phone], jid?, topic?, device?}`: the linked phone is added to a new group."""
    world = command.world
    account = world.default_account(command.text("device"))
    jid = command.text("jid") or f"12036304{secrets.randbelow(10**10):010d}{jids.GROUPS}"
    phones = _phones(command, "members")
    members = [Member(phone=phones[0], admin=True, owner=True)] if phones else []
    members += [Member(phone=phone) for phone in phones[1:]] + [Member(phone=account)]
    subject, topic = command.need("subject"), command.text("topic") or ""
    group = Group(jid=jid, subject=subject, topic=topic, created_at=world.now(), members=members)
    _keep(command, group)
    at = world.now()
    people.post(world, account, lambda slot: events.joined(slot, jid, subject, at))
    return msgspec.to_builtins(group)


def _phones(command: Command, name: str) -> list[str]:
    given = command.data.get(name, [])
    if not isinstance(given, list):
        raise ControlError(400, f"{name} must be a list of phones")
    return [command.world.contact(str(phone)).phone for phone in given]


def _keep(command: Command, group: Group) -> None:
    command.world.groups[group.jid] = group
    command.world.save("group", group.jid, group)


def _change(kind: str, change: Callable[[Group, str], None]) -> Action:
    def run(command: Command) -> Any:
        """`{phones: [...]}`"""
        world = command.world
        group = world.groups.get(command.params["jid"])
        if group is None:
            raise ControlError(404, f"no group {command.params['jid']}")
        phones = _phones(command, "phones")
        accounts = {slot.phone for slot in world.slots.values() if group.member(slot.phone)}
        for phone in phones:
            change(group, phone)
        _keep(command, group)
        members, at = [identity.resolved(world.contacts[phone]) for phone in phones], world.now()
        for account in accounts:
            people.post(world, account, lambda slot: events.participants(slot, group.jid, kind, members, at))
        return msgspec.to_builtins(group)

    return run


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


ACTIONS: list[tuple[str, str, Action]] = [
    ("POST", "/groups", create),
    ("POST", "/groups/:jid/add", _change("join", _add)),
    ("POST", "/groups/:jid/remove", _change("leave", _remove)),
    ("POST", "/groups/:jid/promote", _change("promote", _set_admin(True))),
    ("POST", "/groups/:jid/demote", _change("demote", _set_admin(False))),
]
