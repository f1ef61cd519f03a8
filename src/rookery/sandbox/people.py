"""What people write on their phones, and how the gateway learns of it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from rookery.sandbox import content, events, identity, ids
from rookery.sandbox.announce import broadcast, post, post_now, release, tell
from rookery.sandbox.deeds import Edit, delete, edit, react, revoke, set_reaction
from rookery.sandbox.model import Contact, Message, Slot
from rookery.sandbox.saying import Saying, content_keys, file_of, saying

if TYPE_CHECKING:
    from rookery.sandbox.world import World

__all__ = [
    "Edit", "Saying", "call", "delete", "edit", "phone_say", "post", "react", "read", "release", "revoke", "say",
    "saying", "set_reaction", "type_in",
]  # fmt: skip


def say(world: World, contact: Contact, made: Saying) -> str:
    """A person sends a message, in the 1:1 chat or in a group; answers its id (of an album: the parent's)."""
    account = world.default_account(made.device)
    chat = made.chat or contact.phone
    if "@" in chat and chat != content.STATUS:
        group = world.groups.get(chat)
        if group is None or group.member(contact.phone) is None:
            raise LookupError(f"{contact.phone} is not in group {chat}")
    return _say(world, made, account, chat, contact.phone, identity.resolved(contact))


def phone_say(world: World, to: str, made: Saying) -> str:
    """The owner of the linked phone types a message there."""
    account = world.default_account(made.device)
    chat = to if "@g.us" in to or "@newsletter" in to or to == content.STATUS else world.contact(to).phone
    return _say(world, made, account, chat, account, f"{account}@s.whatsapp.net")


def post_in_newsletter(world: World, jid: str, made: Saying) -> str:
    """A newsletter posts: an ordinary message from its own address (contract 6.4.17)."""
    return _say(world, made, world.default_account(made.device), world.newsletter(jid).jid, jid, jid)


def _say(world: World, made: Saying, account: str, chat: str, author: str, sender: str) -> str:
    message = _message(world, made, account, chat, author)
    if made.expires is not None:
        world.state(account, chat).timer = made.expires
        world.save_state(account, chat)
    _send(world, message, made, sender)
    for number, part in enumerate(made.parts, start=1):
        options = {"kind": "image", "at": message.at, "device": made.device, **part}
        options.setdefault("id", f"{message.id[:-2]}{number:02X}")
        part_made = saying(**options)
        _send(world, _message(world, part_made, account, chat, author), part_made, sender)
    return message.id


def _message(world: World, made: Saying, account: str, chat: str, author: str) -> Message:
    file = file_of(made)
    own = author == account
    mentions = [world.contact(phone).phone if phone != account else account for phone in made.mentions]
    missing = [f"@{phone}" for phone in mentions if f"@{phone}" not in made.text]
    return Message(
        id=made.id or (ids.iphone() if own else ids.android()),
        account=account,
        chat=chat,
        author=author,
        from_me=own,
        kind=made.kind,
        text=" ".join([*missing, made.text] if made.text else missing) if missing else made.text,
        at=world.now() if made.at is None else made.at,
        seq=world.next_seq(),
        media=world.attach(*file) if file else None,
        reply_to=made.reply_to,
        forwarded=made.forwarded,
        view_once=made.view_once,
        status="delivered" if own else "sent",
        via="phone" if own else "peer",
        extra=content_keys(made),
        linked=made.linked,
        mentions=mentions,
        quoted=made.quoted,
    )


def _send(world: World, message: Message, made: Saying, sender: str) -> None:
    options = msgspec.structs.asdict(made)
    unseen = made.withheld or message.chat == content.STATUS
    world.keep(message)

    def hear(slot: Slot) -> None:
        if message.status == "sent":
            message.status = "delivered"
            world.keep(message)
        text = content.stored_text(world, message)
        if message.row is None and made.stored and not unseen and (text or message.media):
            world.write_row(message, text, sender)
        # Whatever went through a broadcast list is in the record alone (contract 6.2).
        if not (unseen or made.silent or made.broadcast):
            tell(world, slot, events.message(world, slot, message, options), made.prepare)

    broadcast(world, message.account, hear)


def type_in(world: World, contact: Contact, options: dict[str, Any]) -> None:
    """`state` composing, recording or paused; `media` empty or audio; `chat` for groups."""
    chat, at = str(options.get("chat") or contact.phone), world.now()
    state, media = str(options.get("state") or "composing"), str(options.get("media") or "")
    if state == "recording":
        state, media = "composing", "audio"
    if state not in {"composing", "paused"}:
        raise ValueError("state must be composing, recording or paused")
    account = world.default_account(options.get("device"))
    post_now(world, account, lambda slot: events.presence(world, slot, contact, chat, state, media, at))


def read(
    world: World,
    reader: Contact | None,
    chat: str,
    device: str | None = None,
    kind: str = "read",
    *,
    own_lid: bool = False,
) -> list[str]:
    """A person reads our messages, or (None) the owner reads theirs on the phone; answers the ids.

    own_lid: the owner's receipt names the account by its hidden address.
    """
    account, at = world.default_account(device), world.now()
    ours = reader is not None
    found = [one for one in world.messages(account, chat) if one.from_me == ours and one.status != "read"]
    found = [one for one in found if one.kind != "call" and (one.via != "api" or one.status != "failed")]
    for message in found:
        message.status = "read" if kind.startswith("read") else "delivered"
        world.keep(message)
    who = reader.phone if reader else account
    # The newest first, as Android lists them.
    read_ids = [message.id for message in reversed(found)]
    if read_ids:
        post(
            world,
            account,
            lambda slot: events.ack(world, slot, read_ids, chat, who, kind, at, own_lid=own_lid),
        )
    return read_ids


def call(
    world: World, contact: Contact, device: str | None = None, *, rejected: bool = False, group: str = ""
) -> str:
    """An incoming call rings; answers its id. It leaves a row in the gateway's record."""
    call_id, at = secrets.token_hex(6).upper(), world.now()
    account = world.default_account(device)
    if world.profile.row_calls:
        message = Message(
            id=f"call:{call_id}", account=account, chat=group or contact.phone, author=contact.phone, from_me=False,
            kind="call", text="", at=at, seq=world.next_seq(), extra={"auto_rejected": rejected, "group_jid": group},
        )  # fmt: skip
        world.write_row(message, "", identity.resolved(contact))
    post(
        world,
        account,
        lambda slot: events.call(world, slot, contact, call_id, at, rejected=rejected, group=group),
    )
    return call_id


def junk(world: World, account: str, chat: str) -> None:
    """v7 forwards the protocol's internal messages as empty texts (contract 7, 12); later builds do not."""
    if not world.dialect.flat:
        return
    at, event_id = world.now(), ids.iphone()
    hollow = Message(
        id=event_id,
        account=account,
        chat=chat,
        author=account,
        from_me=True,
        kind="junk",
        text="",
        at=at,
        seq=0,
    )
    post(world, account, lambda slot: events.bare(world, slot, hollow, account, event_id, at))
