"""Control calls: people, the linked phone, and what each of them sees."""

from __future__ import annotations

from typing import Any

import msgspec

from rookery.sandbox import announce, linking, people
from rookery.sandbox import jid as jids
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
    return _said(command, people.say(command.world, _contact(command), people.saying(**command.data)))


def _said(command: Command, message_id: str) -> dict[str, Any]:
    """The id, and of an album the ids of its parts."""
    parts = command.data.get("parts") or []
    if not parts:
        return {"id": message_id}
    ids = [part.get("id") or f"{message_id[:-2]}{number:02X}" for number, part in enumerate(parts, start=1)]
    return {"id": message_id, "parts": ids}


def _react(command: Command, who: Contact | None) -> Any:
    emoji, device, silent = command.text("emoji") or "", command.text("device"), command.flag("silent")
    return {"id": people.react(command.world, who, command.need("id"), emoji, device, silent=silent)}


def _edit(command: Command, who: Contact | None) -> Any:
    """`{id, text, at?, secret?, failed?, silent?}`: see `deeds.Edit`."""
    names = people.Edit.__struct_fields__
    how = msgspec.convert({name: command.data[name] for name in names if name in command.data}, people.Edit)
    message_id, text = command.need("id"), command.need("text")
    return {"id": people.edit(command.world, who, message_id, text, command.text("device"), how)}


def _revoke(command: Command, who: Contact | None) -> Any:
    device, silent = command.text("device"), command.flag("silent")
    return {"id": people.revoke(command.world, who, command.need("id"), device, silent=silent)}


def react(command: Command) -> Any:
    return _react(command, _contact(command))


def edit(command: Command) -> Any:
    return _edit(command, _contact(command))


def revoke(command: Command) -> Any:
    return _revoke(command, _contact(command))


def type_in(command: Command) -> Any:
    people.type_in(command.world, _contact(command), command.data)
    return {}


def read(command: Command) -> Any:
    """`{chat?, kind?}`: kind `delivered` for ticks that stay grey."""
    contact = _contact(command)
    chat, kind = command.text("chat") or contact.phone, command.text("kind") or "read"
    return {"ids": people.read(command.world, contact, chat, command.text("device"), kind)}


def call(command: Command) -> Any:
    """`{auto_rejected?, group?, device?}`"""
    rejected, group = command.flag("auto_rejected"), command.text("group") or ""
    world, device = command.world, command.text("device")
    return {"id": people.call(world, _contact(command), device, rejected=rejected, group=group)}


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
    return _said(command, people.phone_say(command.world, command.need("to"), people.saying(**options)))


def phone_react(command: Command) -> Any:
    return _react(command, None)


def phone_edit(command: Command) -> Any:
    return _edit(command, None)


def phone_revoke(command: Command) -> Any:
    return _revoke(command, None)


def phone_delete(command: Command) -> Any:
    """`{id}`: the owner deletes a message on the phone, for themselves alone."""
    people.delete(command.world, command.need("id"), command.text("device"))
    return {}


def phone_read(command: Command) -> Any:
    """`{chat, kind?, own_lid?}`: the owner reads; kind `read-self` when receipts are switched off."""
    kind, device, own_lid = command.text("kind") or "read", command.text("device"), command.flag("own_lid")
    return {"ids": people.read(command.world, None, command.chat(), device, kind, own_lid=own_lid)}


def _slot(command: Command) -> Slot:
    slot = command.world.slots.get(command.params["id"])
    if slot is None:
        raise ControlError(404, f"no device {command.params['id']}")
    return slot


def scan(command: Command) -> Any:
    """`{phone?, push_name?, lid?}`"""
    slot, lid = _slot(command), command.text("lid") or ""
    linking.scan(command.world, slot, command.text("phone") or "", command.text("push_name") or "", lid)
    return {"id": slot.id, "jid": slot.jid, "state": slot.state}


def change_device(command: Command) -> Any:
    """`{lid?, push_name?}`: the account's own hidden address and name."""
    slot = _slot(command)
    lid, name = command.text("lid"), command.text("push_name")
    slot.lid = jids.hidden(lid) if lid else slot.lid
    slot.push_name = name or slot.push_name
    command.world.save("slot", slot.id, slot)
    return {"id": slot.id, "jid": slot.jid, "lid": slot.lid, "push_name": slot.push_name}


def drop(command: Command) -> Any:
    linking.drop(command.world, _slot(command))
    return {}


def reconnect(command: Command) -> Any:
    slot = _slot(command)
    slot.connected, slot.banned = True, False
    command.world.save("slot", slot.id, slot)
    announce.release(command.world, slot)
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
    ("POST", "/phone/delete", phone_delete),
    ("POST", "/devices/:id", change_device),
    ("POST", "/devices/:id/scan", scan),
    ("POST", "/devices/:id/drop", drop),
    ("POST", "/devices/:id/reconnect", reconnect),
    ("POST", "/devices/:id/logout", logout),
    ("POST", "/devices/:id/ban", ban),
]
