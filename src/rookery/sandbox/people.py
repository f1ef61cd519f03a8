"""What people do on their phones, and how the gateway learns of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rookery.sandbox import events, identity, ids
from rookery.sandbox.model import Contact, Message, Reaction, Slot
from rookery.sandbox.saying import Saying, content_keys, file_of, saying

if TYPE_CHECKING:
    from rookery.sandbox.world import World

__all__ = ["Saying", "call", "edit", "phone_say", "react", "read", "revoke", "say", "saying", "type_in"]


def broadcast(world: World, account: str, tell: Callable[[Slot], None]) -> None:
    """Tell every slot of a number now, or when it is connected again; a banned one never hears of it."""
    for slot in world.slots_of(account):
        if slot.connected:
            tell(slot)
        elif not slot.banned:
            world.held.append((slot.id, tell))


def release(world: World, slot: Slot) -> None:
    """A slot came back: WhatsApp hands over what happened meanwhile."""
    waiting = [tell for slot_id, tell in world.held if slot_id == slot.id]
    world.held = [entry for entry in world.held if entry[0] != slot.id]
    for tell in waiting:
        tell(slot)


def post(world: World, account: str, build: Callable[[Slot], events.Event]) -> None:
    """One event to every slot of a number."""
    broadcast(world, account, lambda slot: world.courier.post(build(slot), world.hook_for(slot)))


def say(world: World, contact: Contact, made: Saying) -> str:
    """A person sends a message, in the 1:1 chat or in a group."""
    account = world.default_account(made.device)
    chat = made.chat or contact.phone
    if "@" in chat:
        group = world.groups.get(chat)
        if group is None or group.member(contact.phone) is None:
            raise LookupError(f"{contact.phone} is not in group {chat}")
    message = _message(world, made, account, chat, contact.phone)
    return _send(world, message, made, identity.resolved(contact))


def phone_say(world: World, to: str, made: Saying) -> str:
    """The owner of the linked phone types a message there."""
    account = world.default_account(made.device)
    chat = to if "@g.us" in to else world.contact(to).phone
    message = _message(world, made, account, chat, account)
    message.status = "delivered"
    return _send(world, message, made, f"{account}@s.whatsapp.net")


def _message(world: World, made: Saying, account: str, chat: str, author: str) -> Message:
    file = file_of(made)
    own = author == account
    return Message(
        id=made.id or (ids.iphone() if own else ids.android()),
        account=account,
        chat=chat,
        author=author,
        from_me=own,
        kind=made.kind,
        text=made.text,
        at=world.now() if made.at is None else made.at,
        seq=world.next_seq(),
        media=world.attach(*file) if file else None,
        reply_to=made.reply_to,
        forwarded=made.forwarded,
        view_once=made.view_once,
        via="phone" if own else "peer",
        extra=content_keys(made),
    )


def _send(world: World, message: Message, made: Saying, sender: str) -> str:
    options = {"media": made.media, "extension": made.extension, "extra": made.extra}
    world.keep(message)

    def tell(slot: Slot) -> None:
        if message.status == "sent":
            message.status = "delivered"
            world.keep(message)
        # Rows without text and media are not stored (decisions D3).
        if message.row is None and (message.text or message.media):
            world.write_row(message, message.text, sender)
        event = events.message(world, slot, message, options)
        if not made.silent:
            world.courier.post(event, world.hook_for(slot))

    broadcast(world, message.account, tell)
    return message.id


def _target(world: World, author: Contact | None, message_id: str, device: str | None) -> Message:
    found = world.find_message(world.default_account(device), message_id)
    if found is None:
        raise LookupError(f"no message {message_id}")
    if author is not None and "@" not in found.chat and found.chat != author.phone:
        raise LookupError(f"message {message_id} is not in the chat of {author.phone}")
    return found


def set_reaction(message: Message, author: str, emoji: str, at: int, *, stored: bool) -> None:
    """One reaction per author; an empty emoji removes it."""
    message.reactions = [one for one in message.reactions if one.author != author]
    if emoji:
        message.reactions.append(Reaction(author=author, emoji=emoji, at=at, stored=stored))


def react(
    world: World, author: Contact | None, message_id: str, emoji: str, device: str | None = None
) -> str:
    """A person (None: the linked phone) reacts to a message; answers the reaction's own id."""
    target = _target(world, author, message_id, device)
    who, event_id, at = author.phone if author else target.account, ids.android(), world.now()
    set_reaction(target, who, emoji, at, stored=True)
    world.keep(target)
    post(world, target.account, lambda slot: events.reaction(world, slot, target, who, emoji, event_id, at))
    return event_id


def edit(world: World, author: Contact | None, message_id: str, text: str, device: str | None = None) -> str:
    """A person changes the text of an own message; the gateway's row gets the new text and `updated_at`."""
    target = _target(world, author, message_id, device)
    who, event_id, at = author.phone if author else target.account, ids.android(), world.now()
    if who == target.author:
        target.text, target.edited = text, True
        if target.row is not None:
            target.row.content, target.row.updated_at = text, at
        world.keep(target)
    post(world, target.account, lambda slot: events.edited(world, slot, target, who, text, event_id, at))
    return event_id


def revoke(world: World, author: Contact | None, message_id: str, device: str | None = None) -> str:
    """Delete for everyone. Phones obey only the author or a group's admin; the event is sent whoever asks."""
    target = _target(world, author, message_id, device)
    who, event_id, at = author.phone if author else target.account, ids.android(), world.now()
    if who == target.author or _is_admin(world, target.chat, who):
        target.revoked = True
        if world.profile.revoke_deletes_row:
            target.row = None
        world.keep(target)
    post(world, target.account, lambda slot: events.revoked(world, slot, target, who, event_id, at))
    return event_id


def _is_admin(world: World, chat: str, phone: str) -> bool:
    group = world.groups.get(chat)
    member = group.member(phone) if group else None
    return member is not None and (member.admin or member.owner)


def type_in(world: World, contact: Contact, options: dict[str, Any]) -> None:
    """Typing or recording: `state` composing or paused, `media` empty or audio, `chat` for groups."""
    chat, at = str(options.get("chat") or contact.phone), world.now()
    state, media = str(options.get("state") or "composing"), str(options.get("media") or "")
    account = world.default_account(options.get("device"))
    for slot in world.slots_of(account):
        if slot.connected:
            event = events.presence(world, slot, contact, chat, state, media, at)
            world.courier.post(event, world.hook_for(slot))


def read(
    world: World, reader: Contact | None, chat: str, device: str | None = None, kind: str = "read"
) -> list[str]:
    """A person reads our messages, or (None) the owner reads theirs on the phone; answers the ids."""
    account, at = world.default_account(device), world.now()
    ours = reader is not None
    found = [one for one in world.messages(account, chat) if one.from_me == ours and one.status != "read"]
    found = [one for one in found if one.via != "api" or one.status != "failed"]
    for message in found:
        message.status = "read" if kind.startswith("read") else "delivered"
        world.keep(message)
    who = reader.phone if reader else account
    # The newest first, as Android lists them.
    read_ids = [message.id for message in reversed(found)]
    if read_ids:
        post(world, account, lambda slot: events.ack(world, slot, read_ids, chat, who, kind, at))
    return read_ids


def call(world: World, contact: Contact, device: str | None = None) -> str:
    """An incoming call rings; answers its id."""
    call_id, at = secrets.token_hex(6).upper(), world.now()
    post(world, world.default_account(device), lambda slot: events.call(world, slot, contact, call_id, at))
    return call_id
