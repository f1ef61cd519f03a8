"""The moment a message leaves through the API, and everything that follows from it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from rookery.sandbox import announce, events, ids, receipts
from rookery.sandbox.model import Media, Message, Slot
from rookery.sandbox.world import ROW_DELAY

if TYPE_CHECKING:
    from rookery.sandbox.world import World


class Outgoing(Struct, kw_only=True):
    """What a `/send/*` route made of its request. `content` is the decorated text of the gateway's row."""

    chat: str
    kind: str
    content: str
    text: str = ""
    media: Media | None = None
    reply_to: str | None = None
    forwarded: bool = False
    view_once: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


async def transmit(
    world: World, slot: Slot, made: Outgoing, *, delay: float = 0.0, row: bool = True
) -> Message:
    """Send, one at a time per session; answers the message that WhatsApp acknowledged.

    delay: seconds that WhatsApp takes to acknowledge. row: False when the gateway will believe that it failed
    and stores nothing (decisions C1). A quote the gateway does not have stored is silently lost.
    """
    async with world.session_lock(slot.phone):
        if delay:
            await asyncio.sleep(delay)
        message = _sent(world, slot, made)
        world.keep(message)
    if row:
        world.write_row(message, made.content, slot.ad_jid, ROW_DELAY)
    announce.post_to_others(world, slot, lambda other: events.message(world, other, message))
    receipts.follow(world, message)
    contact = world.contacts.get(message.chat)
    if contact is not None:
        for listener in list(world.on_outgoing):
            listener(contact, message)
    return message


def _sent(world: World, slot: Slot, made: Outgoing) -> Message:
    quoted = world.find_message(slot.phone, made.reply_to, made.chat) if made.reply_to else None
    return Message(
        id=ids.api(),
        account=slot.phone,
        chat=made.chat,
        author=slot.phone,
        from_me=True,
        kind=made.kind,
        text=made.text,
        at=world.now(),
        seq=world.next_seq(),
        media=made.media,
        reply_to=made.reply_to if quoted is not None and quoted.row is not None else None,
        forwarded=made.forwarded,
        view_once=made.view_once,
        via="api",
        extra=made.extra,
    )
