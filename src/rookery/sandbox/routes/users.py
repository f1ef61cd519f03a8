"""`/user/*` (contract 4.6)."""

from __future__ import annotations

import zlib
from typing import Any

from rookery.sandbox import errors, identity, samples, validate
from rookery.sandbox import jid as jids
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.model import Contact
from rookery.sandbox.recipients import check_session, probe


def _asked(call: Call) -> str:
    target = jids.suffixed(call.query("phone"))
    if not target.strip():
        raise errors.invalid({"phone": validate.BLANK})
    check_session(call.world, call.slot)
    return target.removeprefix("+")


async def check(call: Call) -> Reply:
    """Addresses that are no phone's are called registered without a look."""
    target = _asked(call)
    user, server = jids.parse(target)
    known = server != "s.whatsapp.net" or probe(call.world, user) is not None
    return Reply("Success check user", {"is_on_whatsapp": known})


def _person(call: Call, target: str) -> Contact | None:
    user, server = jids.parse(target)
    return call.world.find_contact(target) if server == "lid" else probe(call.world, user)


async def avatar(call: Call) -> Reply:
    target = _asked(call)
    contact = _person(call, target)
    if contact is None or not contact.avatar:
        raise errors.internal("that user or group does not have a profile picture")
    path = f"statics/avatars/{contact.phone}.jpg"
    if call.world.files.get(path) is None:
        hue = zlib.crc32(contact.phone.encode()) % 360
        call.world.files.put(path, samples.picture("JPEG", (320, 320), hue))
    results = {"url": call.url_for(path), "id": str(zlib.crc32(contact.phone.encode())), "type": "image"}
    return Reply("Success get avatar", results)


async def info(call: Call) -> Reply:
    target = _asked(call)
    contact = _person(call, target)
    if contact is None:
        raise errors.not_on_whatsapp(target, call.world.profile.name)
    device = {"User": contact.phone, "Agent": 0, "Device": "Android", "Server": "s.whatsapp.net", "AD": True}
    entry: dict[str, Any] = {
        "name": contact.saved_name,
        "verified_name": "",
        "status": contact.about,
        "picture_id": str(zlib.crc32(contact.phone.encode())) if contact.avatar else "",
        "devices": [device],
    }
    results: dict[str, Any] = {"data": [entry]}
    if contact.lid and contact.lid_known:
        results["resolved_phone"], results["resolved_lid"] = jids.pn(contact.phone), contact.lid
    return Reply("Success get user info", results)


async def contacts(call: Call) -> Reply:
    check_session(call.world, call.slot)
    older = not call.world.profile.sender_display_name
    listed = [
        {"jid": identity.resolved(one), "name": one.saved_name if older else identity.display_name(one)}
        for one in call.world.contacts.values()
    ]
    return Reply("Success get list contacts", {"data": listed or None})
