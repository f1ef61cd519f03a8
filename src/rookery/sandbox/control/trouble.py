"""Control calls: faults, webhooks that misbehave, deliveries, and the world as a whole."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from rookery.sandbox import dialect as dialects
from rookery.sandbox import events
from rookery.sandbox.control.command import Action, Command, ControlError
from rookery.sandbox.courier import Behaviour
from rookery.sandbox.faults import Fault

HOOK_KEYS = {"url": "url", "secret": "secret", "events": "events", "ignore_jids": "ignore_jids"}


def add_fault(command: Command) -> Any:
    unknown = set(command.data) - set(Fault.__struct_fields__)
    if unknown:
        raise ControlError(400, f"a fault has no {', '.join(sorted(unknown))}")
    fault = msgspec.convert(command.data, Fault)
    if fault.mode != "refuse":
        command.world.faults.add(fault)
        return msgspec.to_builtins(fault)
    if fault.path is not None:
        raise ControlError(400, "refuse closes the whole listener and takes no path")
    seconds = float(fault.times) if fault.seconds is None else fault.seconds
    listener = command.world.listener
    deafen = command.world.faults.deafen if listener is None else listener.refuse
    command.afterwards.append(lambda: deafen(seconds))
    return {"mode": "refuse", "seconds": seconds}


def faults(command: Command) -> Any:
    return {"faults": [msgspec.to_builtins(fault) for fault in command.world.faults.open]}


def clear_faults(command: Command) -> Any:
    command.world.faults.clear()
    return {}


def webhooks(command: Command) -> Any:
    """Changes only what is given; `{"reset": true}` first puts everything but the target back."""
    world, data = command.world, dict(command.data)
    courier = world.courier
    if data.pop("reset", False):
        courier.behaviour = Behaviour()
    for key in HOOK_KEYS.keys() & data.keys():
        setattr(world.hook, key, str(data.pop(key)))
    if "account_validation" in data:
        world.account_validation = bool(data.pop("account_validation"))
    unknown = set(data) - set(Behaviour.__struct_fields__)
    if unknown:
        raise ControlError(400, f"webhooks have no {', '.join(sorted(unknown))}")
    if data.get("dialect") is not None:
        dialects.named(str(data["dialect"]))
    courier.behaviour = msgspec.convert({**msgspec.to_builtins(courier.behaviour), **data}, Behaviour)
    if not courier.behaviour.reorder:
        courier.flush()
    return {**msgspec.to_builtins(courier.behaviour), "url": world.hook.url, "events": world.hook.events}


def deliveries(command: Command) -> Any:
    """Every attempt, oldest first; `?after=` the `n` of one skips what is known."""
    after = int(command.request.query_params.get("after") or 0)
    found = [attempt for attempt in command.world.courier.attempts if attempt.n > after]
    return {"deliveries": [msgspec.to_builtins(attempt) for attempt in found]}


def emit(command: Command) -> Any:
    """Any signed event: `{event, payload, device?, timestamp?}`, or exactly these bytes: `{raw}`, `{base64}`."""
    world = command.world
    account = world.default_account(command.text("device"))
    slot = world.slots_of(account)[0]
    raw = command.text("raw")
    if raw is not None:
        world.courier.post_bytes(raw.encode("utf-8", "surrogatepass"), world.hook_for(slot))
        return {}
    packed = command.text("base64")
    if packed is not None:
        world.courier.post_bytes(base64.b64decode(packed, validate=True), world.hook_for(slot))
        return {}
    payload = command.data.get("payload")
    if not isinstance(payload, dict):
        raise ControlError(400, "payload must be an object")
    stamp = command.data.get("timestamp")
    event = events.envelope(slot, command.need("event"), payload, float(stamp) if stamp is not None else None)
    world.courier.post(event, world.hook_for(slot))
    return {}


def restore_media(command: Command) -> Any:
    """`{id}`: the files of a message said with `media: gone` appear at their paths."""
    gone = command.world.notes.get("gone", {}).pop(command.need("id"), None)
    if gone is None:
        raise ControlError(404, "no missing file of that message")
    for path, sha256 in gone:
        command.world.files.put(path, command.world.files.get(f"blobs/{sha256}") or b"")
    return {"paths": [path for path, _sha256 in gone]}


def reset(command: Command) -> Any:
    """An empty world; with `{"device": true}` the demo's linked phone is put back."""
    command.world.reset()
    if command.data.get("device"):
        command.world.add_device()
    return {}


def overview(command: Command) -> Any:
    world = command.world
    slots = [{"id": slot.id, "jid": slot.jid, "state": slot.state} for slot in world.slots.values()]
    return {
        "profile": world.profile.name,
        "version": world.profile.version,
        "devices": slots,
        "contacts": len(world.contacts),
        "groups": list(world.groups),
        "messages": sum(len(found) for found in world.chats.values()),
        "clock": {"now": world.now(), "shift": world.shift},
        "webhook_url": world.hook.url,
    }


ACTIONS: list[tuple[str, str, Action]] = [
    ("GET", "", overview),
    ("POST", "/reset", reset),
    ("GET", "/faults", faults),
    ("POST", "/faults", add_fault),
    ("POST", "/faults/clear", clear_faults),
    ("POST", "/webhooks", webhooks),
    ("GET", "/deliveries", deliveries),
    ("POST", "/emit", emit),
    ("POST", "/media/restore", restore_media),
]
