"""One thing that somebody of the demo does: say something, or something else with what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rookery.sandbox import announce, events, identity, people
from rookery.sandbox.model import Contact, Group, Member, Message

if TYPE_CHECKING:
    from rookery.sandbox.world import World


def perform(world: World, contact: Contact, act: dict[str, Any]) -> str | None:
    """Do it now; answers the id of the message it is about, or None when there is nothing to do it to.

    `do`: say (default, its other keys are options of `say`), react `{emoji}` to our newest message, edit `{text}` or
    revoke their own newest, call, join or leave a group. `then` is another act, to follow a little later.
    """
    options = {key: value for key, value in act.items() if key not in {"do", "then"}}
    match act.get("do", "say"):
        case "react":
            target = _newest(world, options.get("chat") or contact.phone, own=False, author=contact.phone)
            if target is not None:
                people.react(world, contact, target.id, str(options["emoji"]))
            return target.id if target is not None else None
        case "edit" | "revoke" as deed:
            target = _newest(world, options.get("chat") or contact.phone, own=True, author=contact.phone)
            if target is None:
                return None
            if deed == "edit":
                people.edit(world, contact, target.id, str(options["text"]))
            else:
                people.revoke(world, contact, target.id)
            return target.id
        case "call":
            return people.call(world, contact, rejected=bool(options.get("auto_rejected")))
        case "join" | "leave" as change:
            return _move(world, contact, world.groups[str(options["chat"])], change)
        case _:
            return world.say(contact.phone, **options)


def _newest(world: World, chat: str, *, own: bool, author: str) -> Message | None:
    """The newest message of a chat that is (or is not) this person's and still there."""
    found = reversed(world.messages(world.default_account(), chat))
    return next((one for one in found if (one.author == author) == own and not one.revoked), None)


def _move(world: World, contact: Contact, group: Group, change: str) -> str:
    """Somebody joins or leaves; who is there already, or gone already, does nothing."""
    inside = group.member(contact.phone) is not None
    if inside == (change == "join"):
        return group.jid
    if change == "join":
        group.members.append(Member(phone=contact.phone))
    else:
        group.members = [member for member in group.members if member.phone != contact.phone]
    world.save("group", group.jid, group)
    who, at = [identity.resolved(contact)], world.now()
    announce.post(
        world,
        world.default_account(),
        lambda slot: events.participants(world, slot, group.jid, change, who, at),
    )
    return group.jid
