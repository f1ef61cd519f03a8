"""`/message/:message_id/*` (contract 4.3)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping

from rookery.sandbox import announce, content, errors, events, identity, ids, moments, people, validate
from rookery.sandbox import jid as jids
from rookery.sandbox.body import Form
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.deeds import is_admin
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
    made, world, me, at = ids.api(), call.world, call.slot.phone, call.world.now()
    emoji = form.text("emoji")
    if message is not None:
        people.set_reaction(message, me, emoji, at, stored=False)
        world.keep(message)
        target = message
        announce.post_to_others(
            world, call.slot, lambda slot: events.reaction(world, slot, target, me, emoji, made, at)
        )
    return _done(made, f"Reaction sent to {form.text('phone')} (server timestamp: {moments.prose(at)})")


async def revoke(call: Call) -> Reply:
    """Of one's own messages, and as an admin of a group of anybody's whose row is stored."""
    _form, target, message = await _opened(call, {})
    made, world, me, at = ids.api(), call.world, call.slot.phone, call.world.now()
    if message is not None and (message.from_me or (message.row and is_admin(world, message.chat, me))):
        message.revoked = True
        if world.profile.revoke_deletes_row:
            message.row = None
        world.keep(message)
        gone = message
        announce.post_to_others(
            world, call.slot, lambda slot: events.revoked(world, slot, gone, me, made, at)
        )
    return _done(made, f"Revoke success {target} (server timestamp: {moments.prose(at)})")


async def update(call: Call) -> Reply:
    form, target, message = await _opened(call, {"message": str})
    made, world, me, at = ids.api(), call.world, call.slot.phone, call.world.now()
    text = form.text("message")
    if message is not None and message.from_me:
        message.text, message.edited = text, True
        world.keep(message)
        changed = message
        announce.post_to_others(
            world, call.slot, lambda slot: events.edited(world, slot, changed, me, text, made, at)
        )
    return _done(made, f"Update message success {target} (server timestamp: {moments.prose(at)})")


async def read(call: Call) -> Reply:
    """Our read receipt: the sender's ticks turn blue; other slots of the number hear of it."""
    _form, _target, message = await _opened(call, {})
    message_id = call.params["message_id"]
    if message is not None and not message.from_me:
        message.status = "read"
        world, at, phone, chat = call.world, call.world.now(), call.slot.phone, message.chat
        world.keep(message)
        announce.post_to_others(
            world, call.slot, lambda slot: events.ack(world, slot, [message_id], chat, phone, "read", at)
        )
    return _done(message_id, f"Mark as read success {message_id}")


async def delete(call: Call) -> Reply:
    """Delete for me: the gateway's row goes, phones keep theirs."""
    _form, _target, message = await _opened(call, {})
    if message is not None:
        slot, world = call.slot, call.world
        if not world.profile.revoke_deletes_row:
            announce.tell(world, slot, events.deleted(world, slot, message, slot.jid, world.now()))
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
    if identity.record_jid(world, message.chat) != target:
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
    name = f"{world.now()}-{uuid.uuid4()}{content.extension(message)}"
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
