"""The webhook events of contract 6.4, built from the world; `dialect.adapt` takes away what a build does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rookery.sandbox import content, flat, identity, moments
from rookery.sandbox import jid as jids
from rookery.sandbox.announce import Event
from rookery.sandbox.model import Contact, Message, Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World


def envelope(slot: Slot, event: str, payload: Mapping[str, Any], at: float | None = None) -> Event:
    """One delivery; `at` is the top-level time that only some events have (contract 6.3)."""
    made: Event = {"event": event, "device_id": slot.jid, "session_id": slot.id, "payload": dict(payload)}
    if at is not None:
        made["timestamp"] = moments.stamp(at)
    return made


def common(world: World, slot: Slot, message: Message, at: int, author: str, event_id: str) -> Event:
    """The fields of every message-pipeline event."""
    return {
        "id": event_id,
        **identity.chat_fields(world, slot, message),
        **identity.author_fields(world, slot, author),
        "timestamp": moments.stamp(at),
        "is_from_me": author == slot.phone,
    }


def message(
    world: World, slot: Slot, made: Message, options: Mapping[str, Any] | None = None
) -> Event | None:
    """A `message` event; None where a failed download loses it.

    options: `media` (ok, missing, gone), `extension`, `anonymous`, `extra` keys for the payload.
    """
    chosen = options or {}
    if (
        made.media is not None
        and chosen.get("media") == "missing"
        and world.dialect.lost_with_failed_download
    ):
        return None
    if world.dialect.flat:
        return flat.message(world, slot, made, chosen)
    payload = common(world, slot, made, made.at, made.author, made.id)
    if chosen.get("anonymous"):
        payload = {
            key: value for key, value in payload.items() if key not in {"from_lid", "sender_display_name"}
        }
        payload["from"] = ""
    text = content.body(world, made)
    if text:
        payload["body"] = text
    if made.media is not None and made.text and world.dialect.caption_key:
        payload["caption"] = made.text
    if made.reply_to:
        payload["replied_to_id"] = made.reply_to
        quoted = content.quoted_text(world, made)
        if quoted:
            payload["quoted_body"] = quoted
    payload.update({key: True for key in ("forwarded", "view_once") if getattr(made, key)})
    payload.update(content.content_keys(world, made))
    payload.update(content.media_keys(world, made, chosen))
    payload.update(chosen.get("extra") or {})
    return envelope(slot, "message", payload)


def bare(world: World, slot: Slot, target: Message, author: str, event_id: str, at: int) -> Event:
    """A message with the common fields alone: what becomes of an edit that could not be decrypted."""
    if world.dialect.flat:
        return flat.junk(world, slot, target, author, event_id, at)
    return envelope(slot, "message", common(world, slot, target, at, author, event_id))


def reaction(
    world: World, slot: Slot, target: Message, author: str, emoji: str, event_id: str, at: int
) -> Event:
    if world.dialect.flat:
        return flat.reaction(world, slot, target, author, emoji, event_id, at)
    payload = common(world, slot, target, at, author, event_id)
    return envelope(slot, "message.reaction", {**payload, "reaction": emoji, "reacted_message_id": target.id})


def revoked(world: World, slot: Slot, target: Message, author: str, event_id: str, at: int) -> Event:
    if world.dialect.flat:
        return flat.revoked(world, slot, target, author, event_id, at)
    payload = common(world, slot, target, at, author, event_id)
    payload["revoked_message_id"] = target.id
    # From the revoker's viewpoint: false only when somebody removes another's message.
    payload["revoked_from_me"] = author == target.author
    payload["revoked_chat"] = identity.chat_jid(world, target.chat, as_raw=True)
    return envelope(slot, "message.revoked", payload)


def edited(
    world: World, slot: Slot, target: Message, author: str, text: str, event_id: str, at: int
) -> Event:
    if world.dialect.flat:
        return flat.edited(world, slot, target, author, text, event_id, at)
    payload = common(world, slot, target, at, author, event_id)
    payload["original_message_id"] = target.id
    if target.media is None:
        payload["body"] = text
    return envelope(slot, "message.edited", payload)


def deleted(world: World, slot: Slot, target: Message, author: str, at: int) -> Event | None:
    """Delete-for-me; `author` as WhatsApp states it: empty in chats of two. None: the gateway never stored it."""
    if target.row is None:
        return None
    from_storage: Event = {
        "chat_id": identity.record_jid(world, target.chat),
        "original_content": target.row.content,
        "original_sender": target.row.sender,
        "original_timestamp": moments.stamp(target.row_at),
        "was_from_me": target.from_me,
    }
    if target.media is not None:
        from_storage["original_media_type"] = target.kind
        if target.kind == "document":
            from_storage["original_filename"] = target.media.name
    if world.dialect.flat_delete:
        return flat.deleted(world, slot, target, author, at, from_storage)
    payload = {
        "deleted_message_id": target.id,
        "timestamp": moments.stamp(at),
        "from": author,
        **from_storage,
    }
    return envelope(slot, "message.deleted", payload)


def ack(
    world: World,
    slot: Slot,
    ids: Sequence[str],
    chat: str,
    author: str,
    kind: str,
    at: int,
    *,
    own_lid: bool = False,
) -> Event:
    """A receipt by `author` (a phone) for messages of `chat`; kind: delivered, read, read-self.

    own_lid: the account reads under its own hidden address.
    """
    if world.dialect.flat:
        return flat.ack(world, slot, ids, chat, author, kind, at)
    payload: Event = {"ids": list(ids), "chat_id": identity.chat_jid(world, chat, as_raw=True)}
    fields = identity.author_fields(world, slot, author)
    if own_lid and slot.lid:
        fields.update(identity.own_lid_fields(slot))
    fields.pop("from_name", None)
    payload.update(fields)
    payload.update(receipt_type=kind, receipt_type_description=f"the message was {kind}")
    return envelope(slot, "message.ack", payload, at)


def presence(world: World, slot: Slot, contact: Contact, chat: str, state: str, media: str, at: int) -> Event:
    fields = identity.author_fields(world, slot, contact.phone)
    fields.pop("from_name", None)
    payload = {
        **fields,
        "chat_id": identity.chat_jid(world, chat, as_raw=True),
        "state": state,
        "media": media,
        "is_group": chat.endswith(jids.GROUPS),
    }
    return envelope(slot, "chat_presence", payload, at)


def call(
    world: World,
    slot: Slot,
    contact: Contact,
    call_id: str,
    at: int,
    *,
    rejected: bool = False,
    group: str = "",
) -> Event:
    """`call.offer`; before 9.0.1 its `from` stays a LID."""
    newer = world.dialect.display_names
    payload: Event = {
        "call_id": call_id,
        "from": identity.resolved(contact) if newer else identity.raw(contact),
        "auto_rejected": rejected,
        "remote_platform": "android",
        "remote_version": "2.26.8.10",
    }
    if newer:
        payload["sender_display_name"] = identity.display_name(contact)
        if contact.lid:
            payload["from_lid"] = contact.lid
    if group:
        payload["group_jid"] = group
    return envelope(slot, "call.offer", payload, at)


def participants(world: World, slot: Slot, group: str, kind: str, members: Sequence[str], at: int) -> Event:
    payload = {"chat_id": group, "type": kind, "jids": list(members)}
    made = envelope(slot, "group.participants", payload, at)
    return flat.enveloped(made) if world.dialect.flat else made


def joined(slot: Slot, group: str, subject: str, at: int, reason: str = "") -> Event:
    payload = {"chat_id": group, "type": "join", "jids": [slot.jid], "reason": reason}
    if subject:
        payload["group_name"] = subject
    return envelope(slot, "group.joined", payload, at)
