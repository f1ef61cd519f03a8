"""The gateway's record as a whole: old messages on demand, chats that move, rows that go missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery.sandbox import announce, events, identity, moments
from rookery.sandbox.model import Message, Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World


def merge_lid_chats(world: World) -> None:
    """Chats kept under a LID move to the number, where it is known (contract 6.4.13)."""
    for contact in world.contacts.values():
        if contact.stored_as_lid and contact.lid_known:
            contact.stored_as_lid = False
            world.save("contact", contact.phone, contact)


def on_demand(world: World, account: str, chat: str, before: int, count: int) -> list[str]:
    """The newest `count` texts of a chat up to `before`, oldest first, as events; only the fork has them."""
    if not world.dialect.history_events:
        return []
    known = [
        one for one in world.messages(account, chat) if one.at <= before and one.text and one.kind != "call"
    ]
    chosen = known[-count:]
    for message in chosen:
        announce.post(world, account, _old(world, message))
    return [message.id for message in chosen]


def _old(world: World, message: Message) -> announce.Build:
    """`from` is the chat, `sender` the author, and there is no `chat_id`."""

    def build(slot: Slot) -> announce.Event:
        author = identity.author_fields(world, slot, message.author)["from"]
        payload = {
            "id": message.id,
            "from": identity.chat_jid(world, message.chat),
            "sender": author,
            "body": message.text,
            "timestamp": moments.stamp(message.at),
            "is_from_me": message.from_me,
            "from_history_sync": True,
            "sync_type": "ON_DEMAND",
        }
        return events.envelope(slot, "message", payload)

    return build


def lose(world: World, account: str, chat: str | None, after: int, before: int) -> list[str]:
    """Remove the rows of a span of time from the record of one account; answers the ids of the messages."""
    lost = []
    for (owner, key), found in world.chats.items():
        if owner != account or chat not in {None, key}:
            continue
        for message in found:
            if message.row is not None and after <= message.row_at <= before:
                message.row = None
                world.keep(message)
                lost.append(message.id)
    return lost
