"""`/user/*` (contract 4.6)."""

from __future__ import annotations

import asyncio
import zlib
from typing import Any

from rookery.sandbox import errors, identity, samples, validate
from rookery.sandbox import jid as jids
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.model import Contact, Group
from rookery.sandbox.recipients import check_session, probe

AVATAR_PATIENCE = 5.0
"""Seconds the gateway waits for WhatsApp to name a picture."""


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
    """The picture of a person or a group; hidden or missing: 500, slow: 408 (contract 4.6)."""
    target = _asked(call)
    shown = call.world.groups.get(target) or _person(call, target)
    if isinstance(shown, Contact) and shown.avatar_slow:
        await asyncio.sleep(AVATAR_PATIENCE * call.world.pace.timeouts)
        raise errors.GatewayError(408, "CONTEXT_ERROR", "Error timeout get avatar!")
    if isinstance(shown, Contact) and shown.avatar_hidden:
        raise errors.internal("the user has hidden their profile picture from you")
    if shown is None or not shown.avatar:
        raise errors.internal("that user or group does not have a profile picture")
    preview = call.query("is_preview").strip().lower() in {"true", "1", "on"}
    path = _picture(call, shown, 96 if preview else 320)
    results = {"url": call.url_for(path), "id": _picture_id(shown), "type": "preview" if preview else "image"}
    return Reply("Success get avatar", results)


def _picture_id(shown: Contact | Group) -> str:
    key = shown.phone if isinstance(shown, Contact) else shown.jid
    return str(zlib.crc32(key.encode()) + shown.avatar_version)


def _picture(call: Call, shown: Contact | Group, size: int) -> str:
    """Path of the picture below the statics; the real gateway names an address at WhatsApp."""
    name, number = (
        (shown.phone if isinstance(shown, Contact) else shown.jid.partition("@")[0]),
        _picture_id(shown),
    )
    path = f"statics/avatars/{name}-{number}-{size}.jpg"
    if call.world.files.get(path) is None:
        hue = int(number) % 360
        person = isinstance(shown, Contact)
        drawn = samples.portrait(hue, size) if person else samples.picture("JPEG", (size, size), hue)
        call.world.files.put(path, drawn)
    return path


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
        "picture_id": _picture_id(contact) if contact.avatar and not contact.avatar_hidden else "",
        "devices": [device],
    }
    results: dict[str, Any] = {"data": [entry]}
    if contact.lid and contact.lid_known:
        results["resolved_phone"], results["resolved_lid"] = jids.pn(contact.phone), contact.lid
    return Reply("Success get user info", results)


async def contacts(call: Call) -> Reply:
    check_session(call.world, call.slot)
    best = call.world.profile.best_names
    listed = [
        {"jid": identity.resolved(one), "name": identity.display_name(one) if best else one.saved_name}
        # In no order that means anything.
        for one in sorted(call.world.contacts.values(), key=lambda one: zlib.crc32(one.phone.encode()))
    ]
    return Reply("Success get list contacts", {"data": listed or None})


async def newsletters(call: Call) -> Reply:
    check_session(call.world, call.slot)
    listed = [
        {
            "id": one.jid,
            "state": {"type": "active"},
            "thread_metadata": {"name": {"text": one.name}, "description": {"text": one.description}},
            "viewer_metadata": {"mute": "on" if one.muted else "off", "role": one.role},
        }
        for one in call.world.newsletters.values()
    ]
    return Reply("Success get list newsletter", {"data": listed or None})
