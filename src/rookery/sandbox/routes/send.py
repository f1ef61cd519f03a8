"""`/send/*` without files (contract 4.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from rookery.sandbox import errors, moments, sending, validate
from rookery.sandbox import jid as jids
from rookery.sandbox.body import Form
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.recipients import chat_of, check_session
from rookery.sandbox.wire import Declared

BASE: dict[str, type] = {"phone": str, "duration": int, "is_forwarded": bool, "reply_message_id": str}


async def opened(call: Call, more: Mapping[str, type]) -> tuple[Form, str, validate.Complaints]:
    """Parse the body, suffix the phone (step A), and check the base fields."""
    form = await call.form({**BASE, **more})
    found: validate.Complaints = {}
    target = jids.suffixed(form.text("phone"))
    validate.phone(target, "phone", found)
    validate.duration(form, found)
    return form, target.strip().removeprefix("+"), found


async def sent(call: Call, form: Form, target: str, prose: str, made: Mapping[str, Any]) -> Reply:
    """Check session and recipient, transmit, and answer with the prose of contract 4.1.2."""
    slot = call.slot
    check_session(call.world, slot, target)
    outgoing = sending.Outgoing(
        chat=chat_of(call.world, slot, target),
        reply_to=form.text("reply_message_id") or None,
        forwarded=form.flag("is_forwarded"),
        **made,
    )
    message = await sending.transmit(call.world, slot, outgoing, delay=call.delay, row=call.row)
    status = f"{prose} {target} (server timestamp: {moments.prose(message.at)})"
    return Reply(status, {"message_id": message.id, "status": status})


def refuse(found: validate.Complaints) -> None:
    if found:
        raise errors.invalid(found)


async def text(call: Call) -> Reply:
    form, target, found = await opened(call, {"message": str, "mentions": list})
    validate.required(form, "message", found)
    refuse(found)
    body = form.text("message")
    return await sent(call, form, target, "Message sent to", {"kind": "text", "content": body, "text": body})


async def contact(call: Call) -> Reply:
    form, target, found = await opened(call, {"contact_name": str, "contact_phone": str})
    validate.required(form, "contact_name", found)
    validate.phone(form.text("contact_phone"), "contact_phone", found)
    refuse(found)
    name, phone = form.text("contact_name"), form.text("contact_phone")
    card = (
        f"BEGIN:VCARD\nVERSION:3.0\nN:;{name};;;\nFN:{name}\nTEL;type=CELL;waid={phone}:+{phone}\nEND:VCARD"
    )
    keys = {"contact": Declared(displayName=name, vcard=card, phone_number=f"+{phone}")}
    made = {"kind": "contact", "content": f"👤 {name} (+{phone})", "extra": keys}
    return await sent(call, form, target, "Contact sent to", made)


async def location(call: Call) -> Reply:
    form, target, found = await opened(call, {"latitude": str, "longitude": str})
    validate.coordinate(form, "latitude", 90, found)
    validate.coordinate(form, "longitude", 180, found)
    refuse(found)
    latitude, longitude = form.text("latitude"), form.text("longitude")
    place = Declared(degreesLatitude=float(latitude), degreesLongitude=float(longitude))
    made = {"kind": "location", "content": f"📍 {latitude}, {longitude}", "extra": {"location": place}}
    return await sent(call, form, target, "Send location success", made)


async def link(call: Call) -> Reply:
    """The page is fetched for its preview; a page that does not answer 200 fails the send."""
    form, target, found = await opened(call, {"link": str, "caption": str})
    validate.required(form, "caption", found)
    validate.required(form, "link", found)
    validate.url(form, "link", found)
    refuse(found)
    check_session(call.world, call.slot, target)
    await download(call, form.text("link"))
    body = f"{form.text('caption')}\n{form.text('link')}"
    made = {"kind": "text", "content": f"🔗 {form.text('link')}", "text": body}
    return await sent(call, form, target, "Link sent to", made)


async def poll(call: Call) -> Reply:
    form, target, found = await opened(call, {"question": str, "options": list, "max_answer": int})
    validate.poll(form, found)
    refuse(found)
    question = form.text("question")
    extra = {"poll": Declared(name=question, options=form.items("options"))}
    made = {"kind": "poll", "content": f"📊 {question}", "text": question, "extra": extra}
    return await sent(call, form, target, "Send poll success", made)


async def presence(call: Call) -> Reply:
    form = await call.form({"type": str})
    if form.text("type") not in {"available", "unavailable"}:
        raise errors.invalid({"type": "must be a valid value" if form.text("type") else validate.BLANK})
    check_session(call.world, call.slot)
    status = f"Send presence success {form.text('type')}"
    return Reply(status, {"message_id": "presence", "status": status})


async def chat_presence(call: Call) -> Reply:
    form = await call.form({"phone": str, "action": str})
    found: validate.Complaints = {}
    target = jids.suffixed(form.text("phone"))
    validate.phone(target, "phone", found)
    action = form.text("action")
    if action not in {"start", "stop"}:
        found["action"] = "must be a valid value" if action else validate.BLANK
    refuse(found)
    check_session(call.world, call.slot, target)
    chat_of(call.world, call.slot, target)
    status = f"Send chat presence {action} typing success {target}"
    return Reply(status, {"message_id": f"chat-presence-{action}", "status": status})


async def download(call: Call, url: str) -> tuple[str, bytes]:
    """(content type, bytes) of a URL named in a request; every failure is the gateway's 500."""
    try:
        fetched = await call.world.fetch(url)
    except (OSError, httpx.HTTPError) as broken:
        raise errors.internal(f'Get "{url}": {broken}') from broken
    if fetched.status != 200:
        raise errors.internal(f"HTTP request failed with status: {fetched.status}")
    return fetched.content_type, fetched.body


def file_name_of(url: str) -> str:
    return re.split(r"[?#]", url)[0].rstrip("/").rpartition("/")[2] or "file"
