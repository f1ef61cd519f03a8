"""What happened on the phones, and the same as Rookery tells it: by its rows, and by its REST API.

A chat is a list of lines, oldest first; a line is (WhatsApp id, who, text), who being `contact` or `us`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from rookery.sandbox.world import World
from tests.flows.api import Api
from tests.flows.database import Database

Line = tuple[str, str, str]
Story = Mapping[str, list[Line]]

ACCOUNT = "15550000001"


def number(chat: int) -> str:
    return f"15557{chat:06d}"


def tell(world: World, chats: int, each: int, start: int, seed: int = 1) -> None:
    """`each` messages in every one of `chats` chats: mostly theirs, some typed on the linked phone, some replies.

    Every third second holds two messages, whose order only their ids decide. Chats are known by number, by number
    and LID, or by LID alone.
    """
    dice = random.Random(seed)
    for chat in range(chats):
        lid = f"9000000{chat:06d}" if chat % 3 else None
        world.add_contact(number(chat), f"Person {chat}", lid, lid_known=chat % 5 != 4)
    known: dict[int, list[str]] = {chat: [] for chat in range(chats)}
    for turn in range(each):
        at = start + turn - turn % 3 // 2
        for chat in range(chats):
            text = (
                f"{turn:03d} of chat {chat}: {dice.choice(('olá', 'good morning', 'is it open?', '😀 <b>&'))}"
            )
            if dice.random() < 0.1:
                said = world.phone_say(number(chat), text, at=at)
            else:
                quoted = dice.choice(known[chat]) if known[chat] and dice.random() < 0.2 else None
                said = world.say(number(chat), text, at=at, reply_to=quoted)
            known[chat].append(said)


def on_phones(world: World) -> Story:
    """The truth: every chat with its lines by (second, id)."""
    story: dict[str, list[Line]] = {}
    for (_account, chat), messages in world.chats.items():
        ordered = sorted(messages, key=lambda message: (message.at, message.id))
        story[f"Person {int(chat[5:])}"] = [
            (message.id, "us" if message.from_me else "contact", message.text) for message in ordered
        ]
    return story


def in_rows(database: Database) -> Story:
    """As the rows say it, each contact's conversations one after another; two of one contact would show as doubles."""
    found: dict[str, list[Line]] = {}
    query = (
        "SELECT c.push_name, c.name, m.source_id, m.direction, m.content FROM conversations_message m"
        " JOIN conversations_contactinbox i ON i.id = m.contact_inbox_id"
        " JOIN conversations_contact c ON c.id = i.contact_id"
        " WHERE m.direction IN ('in', 'out') ORDER BY m.at, m.tie"
    )
    for push_name, name, source_id, direction, content in database.rows(query):
        line = (source_id, "us" if direction == "out" else "contact", content)
        found.setdefault(push_name or name, []).append(line)
    return found


def through_api(api: Api) -> Story:
    """As the REST API says it; fails on a second conversation of one contact."""
    found: dict[str, list[Line]] = {}
    for conversation in api.conversations():
        name = conversation["meta"]["sender"]["name"]
        assert name not in found, f"two conversations of {name}"
        found[name] = [
            (message["source_id"], "us" if message["message_type"] == 1 else "contact", message["content"])
            for message in api.messages(conversation["id"])
            if message["message_type"] in (0, 1)
        ]
    return found


def difference(expected: Story, found: Story) -> str:
    """The first thing that is not as it should be, in a few words; empty when all is."""
    if expected.keys() != found.keys():
        return f"missing {sorted(expected.keys() - found.keys())}, unexpected {sorted(found.keys() - expected.keys())}"
    for name, lines in expected.items():
        if lines != found[name]:
            wanted, got = set(lines), set(found[name])
            if len(found[name]) != len(got):
                return f"{name}: something is there twice"
            if wanted != got:
                return f"{name}: lost {sorted(wanted - got)[:3]}, invented {sorted(got - wanted)[:3]}"
            return f"{name}: order is {[line[2][:3] for line in found[name]]}"
    return ""
