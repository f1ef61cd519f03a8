"""What a phone shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rookery.sandbox import moments
from rookery.sandbox.model import Contact, Media, Message

if TYPE_CHECKING:
    from rookery.sandbox.world import World


def screen(world: World, contact: Contact, chat: str | None, account: str | None) -> list[dict[str, Any]]:
    """One chat on a person's phone, oldest first: the 1:1 chat with us, or a group by its JID.

    Each message is `{id, from_me, kind, text, file, at, reply_to, edited, revoked, reactions, status}`; `from_me`
    is seen from that phone, `status` is that of the sender's ticks, `at` is RFC 3339, `file` is None or
    `{name, mime_type, size, sha256}`, `reactions` is `[{emoji, from_me}]`.
    """
    owner = account or _only_account(world, contact, chat)
    shown = world.messages(owner, chat or contact.phone)
    # A call is a row of the gateway, not a bubble.
    return [_bubble(message, contact.phone) for message in shown if message.kind != "call"]


def _only_account(world: World, contact: Contact, chat: str | None) -> str:
    """The number this person talks to: the default one, else the one with a chat."""
    key = chat or contact.phone
    owners = [owner for owner, found in world.chats if found == key]
    try:
        default = world.default_account()
    except LookupError:
        default = ""
    return default if default in owners or not owners else owners[0]


def _bubble(message: Message, viewer: str) -> dict[str, Any]:
    return {
        "id": message.id,
        "from_me": message.author == viewer,
        "kind": message.kind,
        "text": "" if message.revoked else message.text,
        "file": None if message.revoked or message.media is None else _file(message.media),
        "at": moments.stamp(message.at),
        "reply_to": message.reply_to,
        "edited": message.edited,
        "revoked": message.revoked,
        "reactions": [{"emoji": one.emoji, "from_me": one.author == viewer} for one in message.reactions],
        "status": message.status,
    }


def _file(media: Media) -> dict[str, Any]:
    return {"name": media.name, "mime_type": media.mime, "size": media.size, "sha256": media.sha256}
