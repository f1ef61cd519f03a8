"""`/devices*`: the registry of slots (contract 3.2)."""

from __future__ import annotations

from typing import Any

from rookery.sandbox import errors, linking
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.ids import api as random_id
from rookery.sandbox.model import Hook, Slot

HOOK_FIELDS: dict[str, type] = {
    "webhook_url": str,
    "webhook_secret": str,
    "webhook_events": str,
    "webhook_insecure_skip_verify": bool,
}


def _shown(slot: Slot) -> dict[str, Any]:
    """A Device object: keys that are empty are left out."""
    shown = {
        "id": slot.id,
        "display_name": slot.push_name,
        "state": slot.state,
        "jid": slot.jid,
        "created_at": slot.created_at,
    }
    return {key: value for key, value in shown.items() if value}


def _hook(hook: Hook) -> dict[str, Any]:
    return {
        "webhook_url": hook.url,
        "webhook_secret": hook.secret,
        "webhook_events": hook.events,
        "webhook_insecure_skip_verify": hook.insecure_skip_verify,
    }


def _find(call: Call) -> Slot | None:
    slot = call.world.slots.get(call.params["device_id"])
    return None if slot is None or slot.removed else slot


def _known(call: Call) -> Slot:
    slot = _find(call)
    if slot is None:
        raise errors.internal(f"device {call.params['device_id']} not found")
    return slot


async def index(call: Call) -> Reply:
    listed = [_shown(slot) for slot in call.world.slots.values() if not slot.removed]
    return Reply("List devices", listed or None)


async def create(call: Call) -> Reply:
    try:
        form = await call.form({"device_id": str, **HOOK_FIELDS})
    except errors.GatewayError as broken:
        raise errors.bad_request() from broken
    try:
        slot = call.world.add_slot(form.text("device_id").strip() or random_id().lower())
    except ValueError as taken:
        raise errors.internal(str(taken)) from taken
    results: dict[str, Any] = {
        "id": slot.id,
        "display_name": slot.push_name,
        "jid": slot.jid,
        "state": slot.state,
        "created_at": slot.created_at,
    }
    if call.world.profile.device_webhooks and any(form.given(name) for name in HOOK_FIELDS):
        slot.hook = _hook_from(form.values)
        call.world.save("slot", slot.id, slot)
        results.update(_hook(slot.hook))
    return Reply("Device added", results)


def _hook_from(values: dict[str, Any]) -> Hook:
    return Hook(
        url=values.get("webhook_url", ""),
        secret=values.get("webhook_secret", ""),
        events=values.get("webhook_events", ""),
        insecure_skip_verify=values.get("webhook_insecure_skip_verify", False),
    )


async def show(call: Call) -> Reply:
    return Reply("Device info", _shown(_known(call)))


async def delete(call: Call) -> Reply:
    """The fork only forgets the registry row: the session lives on and keeps sending events."""
    slot = _find(call)
    if slot is not None and call.world.profile.keeps_slot_on_logout:
        linking.logout(call.world, slot)
        linking.remove(call.world, slot)
    elif slot is not None:
        slot.removed = True
        call.world.save("slot", slot.id, slot)
    return Reply("Device removed")


def _login_works(call: Call) -> Slot:
    if not call.world.profile.login_by_device_path:
        raise errors.internal("device login per ID is not implemented yet")
    return _known(call)


async def login(call: Call) -> Reply:
    slot = _login_works(call)
    path = await linking.begin(call.world, slot)
    results = {"device_id": slot.id, "qr_link": call.url_for(path), "qr_duration": linking.QR_SECONDS}
    return Reply("Login success", results)


async def login_code(call: Call) -> Reply:
    slot = _login_works(call)
    code = linking.pair_code(call.world, slot, call.query("phone"))
    return Reply("Pairing code generated", {"device_id": slot.id, "pair_code": code})


async def logout(call: Call) -> Reply:
    slot = _find(call)
    if slot is not None:
        linking.logout(call.world, slot)
    elif call.world.profile.keeps_slot_on_logout:
        _known(call)
    return Reply("Device logged out")


async def reconnect(call: Call) -> Reply:
    linking.reconnect(call.world, _known(call))
    return Reply("Device reconnected")


async def status(call: Call) -> Reply:
    slot = _known(call)
    results = {"device_id": slot.id, "is_connected": slot.connected, "is_logged_in": slot.online}
    return Reply("Device status", results)


def _for_webhook(call: Call) -> Slot:
    slot = _find(call)
    if slot is None:
        raise errors.GatewayError(404, "NOT_FOUND", "device not found")
    return slot


async def webhook(call: Call) -> Reply:
    slot = _for_webhook(call)
    return Reply("Device webhook", {"device_id": slot.id, **_hook(slot.hook or Hook())})


async def set_webhook(call: Call) -> Reply:
    """Behaves like PUT: what is left out becomes empty; an empty URL clears the override."""
    try:
        form = await call.form(HOOK_FIELDS)
    except errors.GatewayError as broken:
        raise errors.bad_request() from broken
    slot = _for_webhook(call)
    if not form.given("webhook_url"):
        raise errors.bad_request("webhook_url is required")
    slot.hook = _hook_from(form.values)
    call.world.save("slot", slot.id, slot)
    return Reply("Device webhook updated", {"device_id": slot.id, **_hook(slot.hook)})
