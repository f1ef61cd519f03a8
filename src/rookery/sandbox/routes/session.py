"""`/app/*`: pairing and state of one slot (contract 3.3 to 3.6)."""

from __future__ import annotations

from starlette.responses import PlainTextResponse

from rookery.sandbox import linking
from rookery.sandbox.call import Call, Reply


async def login(call: Call) -> Reply:
    slot = call.slot
    path = await linking.begin(call.world, slot)
    results = {"device_id": slot.id, "qr_link": call.url_for(path), "qr_duration": linking.QR_SECONDS}
    return Reply("Login success", results)


async def login_with_code(call: Call) -> Reply:
    code = linking.pair_code(call.world, call.slot, call.query("phone"))
    return Reply("Login with code success", {"device_id": call.slot.id, "pair_code": code})


async def logout(call: Call) -> Reply:
    slot_id = call.slot.id
    linking.logout(call.world, call.slot)
    return Reply("Success logout", {"device_id": slot_id})


async def reconnect(call: Call) -> Reply:
    linking.reconnect(call.world, call.slot)
    return Reply("Reconnect success", {"device_id": call.slot.id})


async def status(call: Call) -> Reply:
    slot = call.slot
    results = {
        "is_connected": slot.connected,
        "is_logged_in": slot.online,
        "device_id": slot.id,
        "jid": slot.jid,
    }
    return Reply("Connection status retrieved", results)


async def devices(call: Call) -> Reply:
    listed = [
        {"name": slot.push_name, "device": slot.id, "jid": slot.jid}
        for slot in call.world.slots.values()
        if not slot.removed
    ]
    return Reply("Fetch device success", listed or None)


async def info(call: Call) -> Reply:
    results = {
        "version": call.world.profile.version,
        "os": "SandboxOS",
        "base_path": call.world.base_path,
        "max_file_size": 50_000_000,
        "max_video_size": 100_000_000,
        "max_image_size": 20_000_000,
        "chatwoot_enabled": False,
    }
    return Reply("App info retrieved", results)


async def websocket(call: Call) -> PlainTextResponse:
    """A plain GET where the WebSocket lives; the WebSocket itself is not simulated."""
    return PlainTextResponse("Upgrade Required", 426)
