"""What stands inside a message event: words, quotes, files and cards, in the shape of the build (contract 6.4)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rookery.sandbox import kinds
from rookery.sandbox.model import Message
from rookery.sandbox.wire import Declared

if TYPE_CHECKING:
    from rookery.sandbox.world import World

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
STATUS = "status@broadcast"
OFFICE = {
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
}


def words(world: World, made: Message) -> str:
    """The text as the gateway reads it: tokens of people known only by LID name the LID."""
    text = made.text
    for phone in made.mentions:
        contact = world.contacts.get(phone)
        if contact is not None and contact.lid and not contact.lid_known:
            text = re.sub(rf"@{phone}\b", "@" + contact.lid.partition("@")[0], text)
    return text


def body(world: World, made: Message) -> str:
    """`body` of a message event, or nothing (contract 6.4.1, 6.4.8)."""
    if made.kind in kinds.EMPTY or made.kind == "interactive":
        return ""
    if made.media is not None and not world.dialect.body_has_caption:
        return ""
    return words(world, made)


def stored_text(world: World, made: Message) -> str:
    """What the gateway's record has as content; rows without text and media are not stored (decisions D3)."""
    if made.kind in kinds.EMPTY - kinds.ANSWERS or made.kind == "interactive":
        return ""
    return words(world, made)


def quoted_text(world: World, made: Message) -> str:
    """Text or caption of the quoted message, which may be a status."""
    quoted = quoted_message(world, made)
    return quoted.text if quoted is not None else made.quoted


def quoted_message(world: World, made: Message) -> Message | None:
    if not made.reply_to:
        return None
    own_chat = world.find_message(made.account, made.reply_to, made.chat)
    return own_chat or world.find_message(made.account, made.reply_to, STATUS)


def content_keys(world: World, made: Message) -> dict[str, Any]:
    """The keys of messages without a file; the raw parts keep the order of their fields."""
    dialect, keys = world.dialect, {}
    for key, content in made.extra.items():
        if key == "referral":
            if dialect.referral:
                keys[key] = content
        elif key == "contacts_array":
            if dialect.contacts_array:
                keys[key] = [Declared(_card(world, card)) for card in content]
        elif key == "contact":
            keys[key] = Declared(_card(world, content))
        elif made.kind not in kinds.EMPTY:
            keys[key] = Declared(content) if isinstance(content, dict) else content
    if made.kind == "interactive" and dialect.interactive:
        keys["interactive"] = made.text or "Interactive message"
    return keys


def _card(world: World, card: dict[str, Any]) -> dict[str, Any]:
    if world.dialect.plain_cards:
        return card
    return {**{key: value for key, value in card.items() if key != "phone_number"}, "contextInfo": Declared()}


def media_keys(world: World, made: Message, options: Mapping[str, Any]) -> dict[str, Any]:
    """The content key of a message with a file, or nothing when its download failed."""
    if made.media is None or options.get("media") == "missing":
        return {}
    if made.kind != "interactive":
        return {made.kind: media(world, made, options)}
    if not world.dialect.interactive or not world.courier.behaviour.auto_download:
        return {}
    return {"interactive_media": [save_static(world, made, options)]}


def media(world: World, made: Message, options: Mapping[str, Any]) -> Any:
    """The content key's value in the shape of the dialect (contract 6.4.3)."""
    assert made.media is not None
    captioned = made.kind in kinds.CAPTIONED
    if not world.courier.behaviour.auto_download:
        shape: dict[str, Any] = {"url": cdn_url(made.id)}
        if made.kind == "document":
            shape["filename"] = made.media.name
        elif captioned:
            shape["caption"] = made.text
        return shape
    path = save_static(world, made, options)
    if world.dialect.media == "object":
        return {"media_path": path, "mime_type": made.media.mime, "caption": made.text}
    if captioned and made.text and world.dialect.media == "captioned":
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
    return OFFICE.get(mime) or EXTENSIONS.get(mime) or "." + mime.partition("/")[2]
