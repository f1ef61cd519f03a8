"""What people do to messages that exist: react, edit, revoke, delete for themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from rookery.sandbox import events, identity, ids
from rookery.sandbox import jid as jids
from rookery.sandbox.announce import broadcast, post, tell
from rookery.sandbox.model import Contact, Message, Reaction, Row, Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World


class Edit(Struct, kw_only=True, frozen=True):
    """How an edit reaches the gateway.

    at: its time, default now. secret: in the newer encrypted form, which builds before 8.7 cannot read; failed: nobody
    can decrypt it. silent: the webhook is lost.
    """

    at: int | None = None
    secret: bool = False
    failed: bool = False
    silent: bool = False


PLAIN = Edit()


def target_of(world: World, author: Contact | None, message_id: str, device: str | None) -> Message:
    """The message a person means; raises LookupError when that person cannot see it."""
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
    world: World,
    author: Contact | None,
    message_id: str,
    emoji: str,
    device: str | None = None,
    *,
    silent: bool = False,
) -> str:
    """A person (None: the linked phone) reacts to a message; answers the reaction's own id."""
    target = target_of(world, author, message_id, device)
    who, event_id, at = author.phone if author else target.account, ids.android(), world.now()
    set_reaction(target, who, emoji, at, stored=world.profile.row_reactions)
    world.keep(target)
    if not silent:
        post(
            world, target.account, lambda slot: events.reaction(world, slot, target, who, emoji, event_id, at)
        )
    return event_id


def edit(
    world: World,
    author: Contact | None,
    message_id: str,
    text: str,
    device: str | None = None,
    how: Edit = PLAIN,
) -> str:
    """A person changes the text of an own message; answers the edit's own id."""
    target = target_of(world, author, message_id, device)
    who, event_id = author.phone if author else target.account, ids.android()
    at = world.now() if how.at is None else how.at
    readable = not how.failed and (not how.secret or world.dialect.decrypts_edits)
    mine = who == target.author
    if mine:
        target.text, target.edited = text, True
        world.keep(target)

    def hear(slot: Slot) -> None:
        if mine and readable:
            _edit_row(world, target, text, at)
            world.keep(target)
        if how.silent:
            return
        if readable:
            tell(world, slot, events.edited(world, slot, target, who, text, event_id, at))
        else:
            tell(world, slot, events.bare(world, slot, target, who, event_id, at))

    broadcast(world, target.account, hear)
    return event_id


def _edit_row(world: World, target: Message, text: str, at: int) -> None:
    """The row gets the new text and keeps its time; of something unknown a row is made (decisions D3)."""
    if target.row is not None:
        target.row.content, target.row.updated_at = text, at
        return
    sender = jids.pn(target.author) if target.from_me else identity.chat_jid(world, target.author)
    target.row = Row(content=text, sender=sender, visible_at=0.0, created_at=at, updated_at=at, at=at)


def revoke(
    world: World, author: Contact | None, message_id: str, device: str | None = None, *, silent: bool = False
) -> str:
    """Delete for everyone. Phones obey only the author or a group's admin; the event is sent whoever asks."""
    target = target_of(world, author, message_id, device)
    who, event_id, at = author.phone if author else target.account, ids.android(), world.now()
    obeyed = who == target.author or is_admin(world, target.chat, who)
    if obeyed:
        target.revoked = True
        world.keep(target)

    def hear(slot: Slot) -> None:
        if not silent:
            tell(world, slot, events.revoked(world, slot, target, who, event_id, at))
        if obeyed and world.profile.revoke_deletes_row:
            target.row = None
            world.keep(target)

    broadcast(world, target.account, hear)
    return event_id


def is_admin(world: World, chat: str, phone: str) -> bool:
    """Whether this phone may remove what others wrote in a group."""
    group = world.groups.get(chat)
    member = group.member(phone) if group else None
    return member is not None and (member.admin or member.owner)


def delete(world: World, message_id: str, device: str | None = None) -> None:
    """The owner deletes a message on the phone, for themselves alone; the gateway's row goes too."""
    target = target_of(world, None, message_id, device)
    at = world.now()
    # WhatsApp names the author of the target in groups alone (contract 6.4.14).
    author = identity.chat_jid(world, target.author) if target.chat.endswith(jids.GROUPS) else ""

    def hear(slot: Slot) -> None:
        tell(world, slot, events.deleted(world, slot, target, author, at))
        target.row = None
        world.keep(target)

    broadcast(world, target.account, hear)
