"""The webhook events of contract 6.4, built from the world."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rookery.sandbox import identity, moments
from rookery.sandbox import jid as jids
from rookery.sandbox.model import Contact, Message, Slot
from rookery.sandbox.wire import Declared

if TYPE_CHECKING:
    from rookery.sandbox.world import World

Event = dict[str, Any]

EXTENSIONS = {
    "image/jpeg": ".jpe",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "audio/ogg": ".oga",
    "audio/mpeg": ".mp3",
    "application/pdf": ".pdf",
}
"""What a gateway host's MIME database might list first; `.jpe` and `.oga` are the ones that surprise."""


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


def message(world: World, slot: Slot, made: Message, options: Mapping[str, Any] | None = None) -> Event:
    """A `message` event. options: `media` (ok, missing, gone), `extension`, `extra` keys for the payload."""
    chosen = options or {}
    payload = common(world, slot, made, made.at, made.author, made.id)
    if made.text and not (made.media is not None and world.courier.behaviour.dialect == "8.2"):
        payload["body"] = made.text
    if made.reply_to:
        payload["replied_to_id"] = made.reply_to
        quoted = world.find_message(made.account, made.reply_to, made.chat)
        if quoted is not None and quoted.text:
            payload["quoted_body"] = quoted.text
    payload.update({key: True for key in ("forwarded", "view_once") if getattr(made, key)})
    for key, content in made.extra.items():
        payload[key] = Declared(content) if isinstance(content, dict) and key != "referral" else content
    if made.media is not None and chosen.get("media") != "missing":
        payload[made.kind] = _media(world, made, chosen)
    payload.update(chosen.get("extra") or {})
    return envelope(slot, "message", payload)


def _media(world: World, made: Message, options: Mapping[str, Any]) -> Any:
    """The content key's value in the shape of the dialect (contract 6.4.3)."""
    media = made.media
    assert media is not None
    captioned = made.kind in {"image", "video", "video_note", "document"}
    if not world.courier.behaviour.auto_download:
        shape: dict[str, Any] = {"url": cdn_url(made.id)}
        if made.kind == "document":
            shape["filename"] = media.name
        elif captioned:
            shape["caption"] = made.text
        return shape
    path = save_static(world, made, options)
    dialect = world.courier.behaviour.dialect
    if dialect == "8.0":
        return {"media_path": path, "mime_type": media.mime, "caption": made.text}
    if captioned and made.text and dialect != "8.2":
        return {"path": path, "caption": made.text}
    return path


def cdn_url(message_id: str) -> str:
    return f"https://mmg.whatsapp.net/v/t62.7118-24/{message_id.lower()}.enc"


def save_static(world: World, made: Message, options: Mapping[str, Any]) -> str:
    """Write the downloaded copy that the webhook's path names; `gone` keeps it back for `restore`."""
    media = made.media
    assert media is not None
    suffix = options.get("extension") or extension(made)
    path = f"statics/media/{world.now()}-{uuid.uuid4()}{suffix}"
    if options.get("media") == "gone":
        world.notes.setdefault("gone", {}).setdefault(made.id, []).append((path, media.sha256))
    else:
        world.files.put(path, world.files.get(f"blobs/{media.sha256}") or b"")
    return path


def extension(made: Message) -> str:
    """Rules 1 to 4 of contract 5."""
    media = made.media
    assert media is not None
    _stem, dot, suffix = media.name.rpartition(".")
    if made.kind == "document" and dot:
        return f".{suffix}"
    mime = media.mime.partition(";")[0].strip()
    return EXTENSIONS.get(mime) or "." + mime.partition("/")[2]


def reaction(
    world: World, slot: Slot, target: Message, author: str, emoji: str, event_id: str, at: int
) -> Event:
    payload = common(world, slot, target, at, author, event_id)
    return envelope(slot, "message.reaction", {**payload, "reaction": emoji, "reacted_message_id": target.id})


def revoked(world: World, slot: Slot, target: Message, author: str, event_id: str, at: int) -> Event:
    payload = common(world, slot, target, at, author, event_id)
    payload["revoked_message_id"] = target.id
    # From the revoker's viewpoint: false only when somebody removes another's message.
    payload["revoked_from_me"] = author == target.author
    payload["revoked_chat"] = identity.chat_jid(world, target.chat, as_raw=True)
    return envelope(slot, "message.revoked", payload)


def edited(
    world: World, slot: Slot, target: Message, author: str, text: str, event_id: str, at: int
) -> Event:
    payload = common(world, slot, target, at, author, event_id)
    payload["original_message_id"] = target.id
    if target.media is None:
        payload["body"] = text
    return envelope(slot, "message.edited", payload)


def ack(world: World, slot: Slot, ids: Sequence[str], chat: str, author: str, kind: str, at: int) -> Event:
    """A receipt by `author` (a phone) for messages of `chat`; kind: delivered, read, read-self."""
    payload: Event = {"ids": list(ids), "chat_id": identity.chat_jid(world, chat, as_raw=True)}
    fields = identity.author_fields(world, slot, author)
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


def call(world: World, slot: Slot, contact: Contact, call_id: str, at: int) -> Event:
    """`call.offer`; before 9.0.1 its `from` stays a LID."""
    newer = world.profile.sender_display_name
    payload: Event = {
        "call_id": call_id,
        "from": identity.resolved(contact) if newer else identity.raw(contact),
        "auto_rejected": False,
        "remote_platform": "android",
        "remote_version": "2.26.8.10",
    }
    if newer:
        payload["sender_display_name"] = identity.display_name(contact)
        if contact.lid:
            payload["from_lid"] = contact.lid
    return envelope(slot, "call.offer", payload, at)


def participants(slot: Slot, group: str, kind: str, members: Sequence[str], at: int) -> Event:
    payload = {"chat_id": group, "type": kind, "jids": list(members)}
    return envelope(slot, "group.participants", payload, at)


def joined(slot: Slot, group: str, subject: str, at: int) -> Event:
    payload = {"chat_id": group, "type": "join", "jids": [slot.jid], "reason": "", "group_name": subject}
    return envelope(slot, "group.joined", payload, at)
