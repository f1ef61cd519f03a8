"""`/message/:message_id/*` (contract 4.3)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from rookery.sandbox import errors, events, identity, ids, moments, people, validate
from rookery.sandbox import jid as jids
from rookery.sandbox.body import Form
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.model import Message
from rookery.sandbox.recipients import any_chat, check_session


async def _opened(call: Call, more: Mapping[str, type]) -> tuple[Form, str, Message | None]:
    """Body, suffixed phone, and the target as the phones know it (None: nobody has it)."""
    form = await call.form({"phone": str, **more})
    target = jids.suffixed(form.text("phone"))
    found: validate.Complaints = {}
    validate.required(form, "phone", found)
    if "message" in more:
        validate.required(form, "message", found)
    if found:
        raise errors.invalid(found)
    check_session(call.world, call.slot, target)
    chat = any_chat(call.world, target)
    return form, target, call.world.find_message(call.slot.phone, call.params["message_id"], chat)


def _done(message_id: str, status: str) -> Reply:
    return Reply(status, {"message_id": message_id, "status": status})


async def reaction(call: Call) -> Reply:
    """The answer names the reaction's own id; the gateway does not store what it sends itself."""
    form, _target, message = await _opened(call, {"emoji": str})
    made = ids.api()
    if message is not None:
        people.set_reaction(message, call.slot.phone, form.text("emoji"), call.world.now(), stored=False)
        call.world.keep(message)
    return _done(
        made, f"Reaction sent to {form.text('phone')} (server timestamp: {moments.prose(call.world.now())})"
    )


async def revoke(call: Call) -> Reply:
    _form, target, message = await _opened(call, {})
    if message is not None and message.from_me:
        message.revoked = True
        if call.world.profile.revoke_deletes_row:
            message.row = None
        call.world.keep(message)
    return _done(ids.api(), f"Revoke success {target} (server timestamp: {moments.prose(call.world.now())})")


async def update(call: Call) -> Reply:
    form, target, message = await _opened(call, {"message": str})
    if message is not None and message.from_me:
        message.text, message.edited = form.text("message"), True
        call.world.keep(message)
    return _done(
        ids.api(), f"Update message success {target} (server timestamp: {moments.prose(call.world.now())})"
    )


async def read(call: Call) -> Reply:
    """Our read receipt: the sender's ticks turn blue; other slots of the number hear of it."""
    _form, _target, message = await _opened(call, {})
    message_id = call.params["message_id"]
    if message is not None and not message.from_me:
        message.status = "read"
        call.world.keep(message)
        world, at, phone = call.world, call.world.now(), call.slot.phone
        for slot in world.slots_of(phone):
            if slot is not call.slot and slot.connected:
                event = events.ack(world, slot, [message_id], message.chat, phone, "read", at)
                world.courier.post(event, world.hook_for(slot))
    return _done(message_id, f"Mark as read success {message_id}")


async def delete(call: Call) -> Reply:
    """Delete for me: the gateway's row goes, phones keep theirs."""
    _form, _target, message = await _opened(call, {})
    if message is not None:
        slot, world, row = call.slot, call.world, message.row
        if row is not None and not world.profile.revoke_deletes_row:
            payload = {
                "deleted_message_id": message.id,
                "timestamp": moments.stamp(world.now()),
                "from": slot.jid,
                "chat_id": identity.chat_jid(world, message.chat),
                "original_content": row.content,
                "original_sender": row.sender,
                "original_timestamp": moments.stamp(message.at),
                "was_from_me": message.from_me,
            }
            world.courier.post(events.envelope(slot, "message.deleted", payload), world.hook_for(slot))
        message.row = None
        world.keep(message)
    return Reply("Message deleted successfully")


async def star(call: Call) -> Reply:
    await _opened(call, {})
    return Reply("Starred message successfully")


async def unstar(call: Call) -> Reply:
    await _opened(call, {})
    if not call.world.profile.unstar_works:
        raise errors.invalid({"is_starred": validate.BLANK})
    return Reply("Unstarred message successfully")


async def download(call: Call) -> Reply:
    """Downloads again and writes a new file every time."""
    world, message_id = call.world, call.params["message_id"]
    target = jids.suffixed(call.query("phone"))
    if not target:
        raise errors.invalid({"phone": validate.BLANK})
    check_session(world, call.slot, target)
    message = world.find_message(call.slot.phone, message_id)
    if message is None or message.row is None:
        raise errors.internal(f"message with ID {message_id} not found")
    if identity.chat_jid(world, message.chat) != target:
        raise errors.internal(f"message {message_id} does not belong to chat {target}")
    if message.media is None:
        raise errors.internal(f"message {message_id} does not contain downloadable media")
    if message.id in world.notes.get("gone", {}):
        raise errors.internal("failed to download media: download failed with status code 410")
    if message.kind == "video_note" and world.profile.file_needs_part:
        raise errors.internal("unsupported media type: video_note")
    return _saved(call, message, target)


def _saved(call: Call, message: Message, target: str) -> Reply:
    media, world = message.media, call.world
    assert media is not None
    number = re.search(r"\d+", target)
    folder = f"statics/media/{number.group() if number else 'unknown'}/{moments.stamp(message.at)[:10]}"
    name = f"{world.now()}-{uuid.uuid4()}{events.extension(message)}"
    path = f"{folder}/{name}"
    world.files.put(path, world.files.get(f"blobs/{media.sha256}") or b"")
    status = f"Media downloaded successfully to {path}"
    results = {
        "message_id": message.id,
        "status": status,
        "media_type": message.kind,
        "filename": name,
        "file_path": path,
        "file_url": call.url_for(path),
        "file_size": media.size,
    }
    return Reply(status, results)
