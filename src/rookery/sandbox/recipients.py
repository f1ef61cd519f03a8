"""Whom a `phone` field means (contract 4.1.3): session checks, number probe, ninth digit, LID, group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery.sandbox import errors
from rookery.sandbox import jid as jids
from rookery.sandbox.model import Contact, Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World


def check_session(world: World, slot: Slot, target: str = "") -> None:
    """Raises the error of a slot that cannot talk to WhatsApp (contract 2.5)."""
    if not slot.client:
        raise errors.no_client()
    server = jids.parse(target)[1] if target else "s.whatsapp.net"
    if world.profile.groups_skip_login_check and server != "s.whatsapp.net":
        if not slot.connected:
            raise errors.internal("websocket not connected")
        if not slot.phone:
            raise errors.internal("the store doesn't contain a device JID")
        return
    if not slot.connected:
        raise errors.not_connected()
    if not slot.phone:
        raise errors.not_logged_in()


def chat_of(world: World, slot: Slot, target: str) -> str:
    """The chat key (phone or JID) that a suffixed `phone` value sends to; raises GatewayError."""
    user, server = jids.parse(target)
    if server == "g.us":
        group = world.groups.get(f"{user}@g.us")
        if group is None or group.member(slot.phone) is None:
            raise errors.internal("failed to get group members: you're not participating in that group")
        return group.jid
    if ":" in user:
        raise errors.internal(f"recipient must not be an AD JID: {target}")
    if server == "lid":
        contact = world.find_contact(target)
        if contact is None:
            raise errors.internal(f"no LID found for {target} from server")
        return contact.phone
    if server != "s.whatsapp.net":
        return f"{user}@{server}"
    found = probe(world, user)
    if found is None and world.account_validation:
        raise errors.not_on_whatsapp(f"{user}@{server}", world.profile.name)
    return found.phone if found is not None else user


def probe(world: World, phone: str) -> Contact | None:
    """The registered person behind a dialled number: as dialled first, then (fork) Brazil's other form."""
    forms = [phone]
    sibling = jids.ninth_digit_sibling(phone) if world.profile.ninth_digit else None
    if sibling:
        forms.append(sibling)
    for form in forms:
        contact = world.contacts.get(form)
        if contact is not None and contact.registered:
            return contact
    return None


def stored_chat(world: World, chat_jid: str) -> str | None:
    """The chat key behind a JID exactly as the gateway stores it, else None."""
    from rookery.sandbox import identity

    if chat_jid in world.groups:
        return chat_jid
    contact = world.find_contact(chat_jid)
    if contact is not None and identity.record_jid(world, contact.phone) == chat_jid:
        return contact.phone
    known = {chat for _account, chat in world.chats}
    return chat_jid if chat_jid in known else None


def any_chat(world: World, target: str) -> str:
    """The chat key of the `phone` field of `/message/*`, which nobody probes."""
    contact = world.find_contact(target) if not target.endswith(jids.GROUPS) else None
    if contact is None and target.endswith(jids.PEOPLE):
        contact = probe(world, jids.parse(target)[0])
    return contact.phone if contact is not None else target
