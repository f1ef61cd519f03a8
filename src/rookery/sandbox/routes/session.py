"""`/app/*`: pairing and state of one slot (contract 3.3 to 3.6)."""

from __future__ import annotations

from typing import Any

from starlette.responses import PlainTextResponse

from rookery.sandbox import linking
from rookery.sandbox.call import Call, Reply


async def login(call: Call) -> Reply:
    path = await linking.begin(call.world, call.slot)
    results = {"qr_link": call.url_for(path), "qr_duration": linking.QR_SECONDS}
    return Reply("Login success", _named(call, results))


def _named(call: Call, results: dict[str, Any]) -> dict[str, Any]:
    """Results with the slot's id, which v7 does not have."""
    return results if call.world.profile.single_account else {"device_id": call.slot.id, **results}


async def login_with_code(call: Call) -> Reply:
    code = linking.pair_code(call.world, call.slot, call.query("phone"))
    return Reply("Login with code success", _named(call, {"pair_code": code}))


async def logout(call: Call) -> Reply:
    results = _named(call, {})
    linking.logout(call.world, call.slot)
    return Reply("Success logout", results) if results else Reply("Success logout")


async def reconnect(call: Call) -> Reply:
    linking.reconnect(call.world, call.slot)
    results = _named(call, {})
    return Reply("Reconnect success", results) if results else Reply("Reconnect success")


async def status(call: Call) -> Reply:
    slot = call.slot
    if call.world.profile.single_account:
        state = {"is_connected": slot.connected, "is_logged_in": slot.online, "device_id": slot.ad_jid}
        return Reply("Connection status retrieved", state)
    results = {
        "is_connected": slot.connected,
        "is_logged_in": slot.online,
        "device_id": slot.id,
        "jid": slot.jid,
    }
    return Reply("Connection status retrieved", results)


async def devices(call: Call) -> Reply:
    listed = [
        {
            "name": slot.push_name,
            "device": slot.ad_jid if call.world.profile.single_account else slot.id,
            "jid": slot.jid,
        }
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
