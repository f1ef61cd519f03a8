"""Control calls: people, the linked phone, and what each of them sees."""

from __future__ import annotations

from typing import Any

import msgspec

from rookery.sandbox import linking, people
from rookery.sandbox.control.command import Action, Command, ControlError
from rookery.sandbox.model import Contact, Slot


def _contact(command: Command) -> Contact:
    return command.world.contact(command.params["phone"])


def add(command: Command) -> Any:
    """`{phone, name, lid?, ...}`; any field of `Contact` may be set, also on a known person."""
    options = {key: value for key, value in command.data.items() if key not in {"phone", "name", "lid"}}
    made = command.world.add_contact(
        command.need("phone"), command.text("name") or "", command.text("lid"), **options
    )
    return msgspec.to_builtins(made)


def listed(command: Command) -> Any:
    return {"contacts": [msgspec.to_builtins(contact) for contact in command.world.contacts.values()]}


def say(command: Command) -> Any:
    return {"id": people.say(command.world, _contact(command), people.saying(**command.data))}


def react(command: Command) -> Any:
    emoji = command.text("emoji") or ""
    found = people.react(command.world, _contact(command), command.need("id"), emoji, command.text("device"))
    return {"id": found}


def edit(command: Command) -> Any:
    made = people.edit(
        command.world, _contact(command), command.need("id"), command.need("text"), command.text("device")
    )
    return {"id": made}


def revoke(command: Command) -> Any:
    return {"id": people.revoke(command.world, _contact(command), command.need("id"), command.text("device"))}


def type_in(command: Command) -> Any:
    people.type_in(command.world, _contact(command), command.data)
    return {}


def read(command: Command) -> Any:
    """`{chat?, kind?}`: kind `delivered` for ticks that stay grey."""
    contact = _contact(command)
    chat, kind = command.text("chat") or contact.phone, command.text("kind") or "read"
    return {"ids": people.read(command.world, contact, chat, command.text("device"), kind)}


def call(command: Command) -> Any:
    return {"id": people.call(command.world, _contact(command), command.text("device"))}


def reveal(command: Command) -> Any:
    """From now on the gateway knows whose number is behind this person's LID."""
    contact = _contact(command)
    contact.lid_known = True
    command.world.save("contact", contact.phone, contact)
    return msgspec.to_builtins(contact)


def screen(command: Command) -> Any:
    query = command.request.query_params
    shown = command.world.screen(command.params["phone"], query.get("chat"), query.get("account"))
    return {"messages": shown}


def phone_say(command: Command) -> Any:
    """`{to, text?, kind?, ...}` typed on the linked phone."""
    options = {key: value for key, value in command.data.items() if key != "to"}
    return {"id": people.phone_say(command.world, command.need("to"), people.saying(**options))}


def phone_react(command: Command) -> Any:
    emoji, device = command.text("emoji") or "", command.text("device")
    return {"id": people.react(command.world, None, command.need("id"), emoji, device)}


def phone_edit(command: Command) -> Any:
    text, device = command.need("text"), command.text("device")
    return {"id": people.edit(command.world, None, command.need("id"), text, device)}


def phone_revoke(command: Command) -> Any:
    return {"id": people.revoke(command.world, None, command.need("id"), command.text("device"))}


def phone_read(command: Command) -> Any:
    """`{chat, kind?}`: the owner reads; kind `read-self` when receipts are switched off."""
    chat = command.need("chat")
    chat = chat if "@" in chat else command.world.contact(chat).phone
    kind = command.text("kind") or "read"
    return {"ids": people.read(command.world, None, chat, command.text("device"), kind)}


def _slot(command: Command) -> Slot:
    slot = command.world.slots.get(command.params["id"])
    if slot is None:
        raise ControlError(404, f"no device {command.params['id']}")
    return slot


def scan(command: Command) -> Any:
    slot = _slot(command)
    linking.scan(command.world, slot, command.text("phone") or "", command.text("push_name") or "")
    return {"id": slot.id, "jid": slot.jid, "state": slot.state}


def drop(command: Command) -> Any:
    linking.drop(command.world, _slot(command))
    return {}


def reconnect(command: Command) -> Any:
    slot = _slot(command)
    slot.connected, slot.banned = True, False
    command.world.save("slot", slot.id, slot)
    people.release(command.world, slot)
    return {}


def logout(command: Command) -> Any:
    linking.logout_on_phone(command.world, _slot(command))
    return {}


def ban(command: Command) -> Any:
    linking.ban(command.world, _slot(command))
    return {}


ACTIONS: list[tuple[str, str, Action]] = [
    ("GET", "/contacts", listed),
    ("POST", "/contacts", add),
    ("POST", "/contacts/:phone/say", say),
    ("POST", "/contacts/:phone/react", react),
    ("POST", "/contacts/:phone/edit", edit),
    ("POST", "/contacts/:phone/revoke", revoke),
    ("POST", "/contacts/:phone/type", type_in),
    ("POST", "/contacts/:phone/read", read),
    ("POST", "/contacts/:phone/call", call),
    ("POST", "/contacts/:phone/reveal", reveal),
    ("GET", "/contacts/:phone/screen", screen),
    ("POST", "/phone/say", phone_say),
    ("POST", "/phone/react", phone_react),
    ("POST", "/phone/edit", phone_edit),
    ("POST", "/phone/revoke", phone_revoke),
    ("POST", "/phone/read", phone_read),
    ("POST", "/devices/:id/scan", scan),
    ("POST", "/devices/:id/drop", drop),
    ("POST", "/devices/:id/reconnect", reconnect),
    ("POST", "/devices/:id/logout", logout),
    ("POST", "/devices/:id/ban", ban),
]
