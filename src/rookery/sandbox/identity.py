"""How a person or chat is addressed on the wire (contract 6.3): number, LID, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rookery.sandbox import jid as jids
from rookery.sandbox.model import Contact, Message, Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World


def raw(contact: Contact) -> str:
    """The address WhatsApp itself uses: the LID if there is one."""
    return contact.lid or jids.pn(contact.phone)


def resolved(contact: Contact) -> str:
    """The address after the gateway looked for the number behind a LID."""
    return contact.lid if contact.lid and not contact.lid_known else jids.pn(contact.phone)


def chat_jid(world: World, chat: str, *, as_raw: bool = False) -> str:
    """JID of a chat key: a phone becomes that person's address, anything with `@` stays."""
    if "@" in chat:
        return chat
    contact = world.contacts.get(chat)
    if contact is None:
        return jids.pn(chat)
    return raw(contact) if as_raw else resolved(contact)


def record_jid(world: World, chat: str) -> str:
    """JID under which the gateway's record keeps a chat; rarely the LID of somebody whose number it knows."""
    contact = world.contacts.get(chat)
    return (
        contact.lid
        if contact is not None and contact.lid and contact.stored_as_lid
        else chat_jid(world, chat)
    )


def display_name(contact: Contact) -> str:
    return contact.saved_name or contact.name or contact.phone


def author_fields(world: World, slot: Slot, author: str) -> dict[str, Any]:
    """`from`, and where they apply `from_lid`, `from_name` and `sender_display_name`."""
    if "@" in author:
        # A newsletter speaks for itself and has no name here.
        return {"from": author}
    contact = world.contacts.get(author)
    if author == slot.phone or contact is None:
        fields: dict[str, Any] = {"from": jids.pn(author)}
        name = shown = slot.push_name if author == slot.phone else world.name_of(author)
    else:
        fields = {"from": resolved(contact)}
        if contact.lid:
            fields["from_lid"] = contact.lid
        name, shown = contact.name, display_name(contact)
    if name:
        fields["from_name"] = name
    if world.dialect.display_names and shown:
        fields["sender_display_name"] = shown
    return fields


def own_lid_fields(slot: Slot) -> dict[str, Any]:
    """The account itself under its hidden address, which the gateway does not resolve here."""
    return {"from": slot.lid, "from_lid": slot.lid}


def chat_fields(world: World, slot: Slot, message: Message) -> dict[str, Any]:
    """`chat_id`, `chat_lid` when the raw chat is a LID, and the fork's `chat_name` on own messages."""
    resolves = world.dialect.resolves_chats
    fields: dict[str, Any] = {"chat_id": chat_jid(world, message.chat, as_raw=not resolves)}
    contact = world.contacts.get(message.chat)
    if contact is not None and contact.lid and resolves:
        fields["chat_lid"] = contact.lid
    if world.dialect.chat_name and message.author == slot.phone:
        name = chat_name(world, message.chat)
        if name:
            fields["chat_name"] = name
    return fields


def chat_name(world: World, chat: str) -> str:
    """The name under which the gateway stores a chat."""
    contact = world.contacts.get(chat)
    if contact is not None:
        return contact.stored_name or display_name(contact)
    group = world.groups.get(chat)
    if group is not None:
        return group.subject if group.in_history else f"Group {chat.partition('@')[0]}"
    newsletter = world.newsletters.get(chat)
    return newsletter.name if newsletter is not None else chat.partition("@")[0]
