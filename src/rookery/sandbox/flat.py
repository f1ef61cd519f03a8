"""The webhooks of v7: flat message events, and envelopes without a device for two others (contract 1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rookery.sandbox import content, identity, kinds, moments
from rookery.sandbox import jid as jids
from rookery.sandbox.announce import Event
from rookery.sandbox.model import Message, Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World


def _with_device(jid: str, device: int) -> str:
    user, server = jids.parse(jid)
    return f"{user}:{device}@{server}" if device else jid


def _sender(world: World, author: str) -> tuple[str, str]:
    """(raw, resolved) JID of an author."""
    contact = world.contacts.get(author)
    if contact is None:
        own = author if "@" in author else jids.pn(author)
        return own, own
    return identity.raw(contact), identity.resolved(contact)


def _from(sender: str, raw_sender: str, raw_chat: str) -> str:
    """`<sender>` in a chat with oneself alone, else `<sender> in <chat>`."""
    return sender if raw_sender == raw_chat else f"{sender} in {raw_chat}"


def head(
    world: World, slot: Slot, target: Message, author: str, event_id: str, at: int, *, linked: int = 0
) -> Event:
    """The fields that every flat message event has."""
    raw, shown = _sender(world, author)
    chat = identity.chat_jid(world, target.chat, as_raw=True)
    raw, shown = _with_device(raw, linked), _with_device(shown, linked)
    made: Event = {
        "sender_id": jids.parse(jids.bare(raw))[0],
        "chat_id": jids.parse(chat)[0],
        "from": _from(shown, raw, chat),
        "timestamp": moments.stamp(at),
        "message": {"text": "", "id": event_id, "replied_id": "", "quoted_message": ""},
    }
    if raw.endswith(jids.HIDDEN):
        made["from_lid"] = raw
    name = slot.push_name if author == slot.phone else world.name_of(author)
    if name:
        made["pushname"] = name
    if world.dialect.names_chats:
        made["chat_jid"] = identity.chat_jid(world, target.chat)
        if chat.endswith(jids.HIDDEN):
            made["chat_lid"] = chat
    return made


def message(world: World, slot: Slot, made: Message, options: Mapping[str, Any]) -> Event:
    """A message; kinds that v7 does not read are empty texts."""
    event = head(world, slot, made, made.author, made.id, made.at, linked=made.linked)
    if options.get("anonymous"):
        event["from"] = ""
    if made.media is None and made.kind not in kinds.EMPTY and made.kind != "interactive":
        event["message"]["text"] = content.words(world, made)
    if made.reply_to and made.kind == "text":
        event["message"]["replied_id"] = made.reply_to
        quoted = content.quoted_message(world, made)
        if quoted is None or quoted.kind == "text":
            event["message"]["quoted_message"] = content.quoted_text(world, made)
    event.update({key: True for key in ("forwarded", "view_once") if getattr(made, key)})
    event.update(content.content_keys(world, made))
    event.update(content.media_keys(world, made, options))
    event.update(options.get("extra") or {})
    return event


def junk(world: World, slot: Slot, target: Message, author: str, event_id: str, at: int) -> Event:
    """An internal message of the protocol: an empty text, like a withdrawn reaction."""
    return head(world, slot, target, author, event_id, at)


def reaction(
    world: World, slot: Slot, target: Message, author: str, emoji: str, event_id: str, at: int
) -> Event:
    event = head(world, slot, target, author, event_id, at)
    return {**event, "reaction": {"message": emoji, "id": target.id}} if emoji else event


def revoked(world: World, slot: Slot, target: Message, author: str, event_id: str, at: int) -> Event:
    return {
        **head(world, slot, target, author, event_id, at),
        "action": "message_revoked",
        "revoked_message_id": target.id,
        "revoked_from_me": author == target.author,
        "revoked_chat": identity.chat_jid(world, target.chat, as_raw=True),
    }


def edited(
    world: World, slot: Slot, target: Message, author: str, text: str, event_id: str, at: int
) -> Event:
    event = {**head(world, slot, target, author, event_id, at), "action": "message_edited"}
    event["original_message_id"] = target.id
    if target.media is None:
        event["edited_text"] = text
    return event


def deleted(
    world: World, slot: Slot, target: Message, author: str, at: int, stored: Mapping[str, Any]
) -> Event:
    """Delete-for-me up to 8.1.1; 8.0 names the device."""
    event: Event = {
        "action": "event.delete_for_me",
        "deleted_message_id": target.id,
        "sender_id": jids.parse(author)[0] if author else "",
        "timestamp": moments.stamp(at),
        **stored,
    }
    if author:
        event["from"] = author
    if not world.dialect.flat:
        event["device_id"] = slot.jid
    return event


def enveloped(event: Mapping[str, Any]) -> Event:
    """An envelope without the device, which v7 does not know."""
    return {key: value for key, value in event.items() if key not in {"device_id", "session_id"}}


def ack(
    world: World, slot: Slot, ids: Sequence[str], chat: str, author: str, kind: str, at: int, linked: int = 0
) -> Event:
    """A receipt; the sender keeps its device."""
    raw, shown = _sender(world, author)
    chat_jid = identity.chat_jid(world, chat, as_raw=True)
    raw, shown = _with_device(raw, linked), _with_device(shown, linked)
    payload = {
        "ids": list(ids),
        "chat_id": chat_jid,
        "sender_id": raw,
        "from": _from(shown, raw, chat_jid),
        "receipt_type": kind,
        "receipt_type_description": f"the message was {kind}",
    }
    return {"event": "message.ack", "timestamp": moments.stamp(at), "payload": payload}
