"""Control calls: labels of WhatsApp Business, and newsletters (contract 6.4.17, 6.4.19)."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from rookery.sandbox import announce, events, identity, moments, people
from rookery.sandbox.control.command import Action, Command, ControlError
from rookery.sandbox.model import Newsletter

LABEL_KEYS = {
    "name": str, "color": int, "predefined_id": int, "deleted": bool, "order_index": int, "is_active": bool,
    "type": str, "is_immutable": bool, "mute_end_time_ms": int,
}  # fmt: skip


def label(command: Command) -> Any:
    """`{label_id, name?, color?, deleted?, ...}`: only what is given is sent."""
    payload: dict[str, Any] = {"label_id": command.need("label_id")}
    for key, kind in LABEL_KEYS.items():
        if key in command.data:
            if type(command.data[key]) is not kind:
                raise ControlError(400, f"{key} must be {kind.__name__}")
            payload[key] = command.data[key]
    _post(command, "label.edit", payload, at=True)
    return {}


def association(command: Command) -> Any:
    """`{chat, labeled?}`: the label is put on a chat, or (false) taken off."""
    world, chat = command.world, command.chat()
    payload: dict[str, Any] = {
        "label_id": command.params["id"],
        "labeled": command.data.get("labeled", True) is True,
    }
    payload["chat_id"] = identity.chat_jid(world, chat)
    contact = world.contacts.get(chat)
    if contact is not None and contact.lid:
        payload["chat_lid"] = contact.lid
    _post(command, "label.association", payload, at=True)
    return {}


def _post(command: Command, name: str, payload: dict[str, Any], *, at: bool) -> None:
    world = command.world
    account, moment = world.default_account(command.text("device")), world.now() if at else None
    announce.post(world, account, lambda slot: events.envelope(slot, name, payload, moment))


def follow(command: Command) -> Any:
    """`{name, jid?, description?, role?}`: the account follows a newsletter."""
    jid = command.text("jid") or f"12036311{secrets.randbelow(10**10):010d}@newsletter"
    made = Newsletter(jid=jid, name=command.need("name"), description=command.text("description") or "")
    made.role = command.text("role") or made.role
    command.world.newsletters[jid] = made
    command.world.save("newsletter", jid, made)
    payload = {"newsletter_id": jid, "name": made.name}
    if made.description:
        payload["description"] = made.description
    _post(command, "newsletter.joined", payload, at=True)
    return msgspec.to_builtins(made)


def leave(command: Command) -> Any:
    world, found = command.world, command.world.newsletter(command.params["jid"])
    world.newsletters.pop(found.jid)
    world.store.remove("newsletter", found.jid)
    _post(command, "newsletter.left", {"newsletter_id": found.jid, "role": found.role}, at=True)
    return {}


def mute(command: Command) -> Any:
    """`{muted}`"""
    found = command.world.newsletter(command.params["jid"])
    found.muted = command.flag("muted")
    command.world.save("newsletter", found.jid, found)
    state = "on" if found.muted else "off"
    _post(command, "newsletter.mute", {"newsletter_id": found.jid, "mute": state}, at=True)
    return {}


def say(command: Command) -> Any:
    """As a person's `say`: the newsletter posts."""
    found = command.world.newsletter(command.params["jid"])
    found.posts += 1
    command.world.save("newsletter", found.jid, found)
    return {"id": people.post_in_newsletter(command.world, found.jid, people.saying(**command.data))}


def counters(command: Command) -> Any:
    """`{id, views?, reactions?}`: how often a post was seen, and its reactions (`{emoji: number}`)."""
    world, found = command.world, command.world.newsletter(command.params["jid"])
    message = world.find_message(world.default_account(command.text("device")), command.need("id"), found.jid)
    if message is None:
        raise ControlError(404, f"no post {command.data['id']}")
    entry: dict[str, Any] = {
        "server_id": found.posts,
        "message_id": message.id,
        "type": "text" if message.media is None else "media",
        "timestamp": moments.stamp(message.at),
    }
    if "views" in command.data:
        entry["views_count"] = command.number("views")
    if command.data.get("reactions"):
        entry["reaction_counts"] = command.data["reactions"]
    _post(command, "newsletter.message", {"newsletter_id": found.jid, "messages": [entry]}, at=True)
    return {}


ACTIONS: list[tuple[str, str, Action]] = [
    ("POST", "/labels", label),
    ("POST", "/labels/:id/chat", association),
    ("POST", "/newsletters", follow),
    ("POST", "/newsletters/:jid/leave", leave),
    ("POST", "/newsletters/:jid/mute", mute),
    ("POST", "/newsletters/:jid/say", say),
    ("POST", "/newsletters/:jid/counters", counters),
]
