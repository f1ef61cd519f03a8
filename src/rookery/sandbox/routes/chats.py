"""`/chats` and `/chat/:chat_jid/messages`: the gateway's own record (contract 4.4)."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

from rookery.sandbox import content, errors, identity, moments, validate
from rookery.sandbox.call import Call, Reply
from rookery.sandbox.model import Message, Row
from rookery.sandbox.recipients import check_session, stored_chat

EMPTY_CHAT = {
    "jid": "",
    "name": "",
    "last_message_time": "",
    "ephemeral_expiration": 0,
    "created_at": "",
    "updated_at": "",
    "archived": False,
}


def rows(call: Call, chat: str) -> list[tuple[Message, Row]]:
    """Stored messages of a chat, newest first, without those whose row is still being written."""
    now = time.time()
    found = reversed(call.world.messages(call.slot.phone, chat))
    stored = [(one, one.row) for one in found if one.row is not None and one.row.visible_at <= now]
    return sorted(stored, key=lambda entry: -entry[0].row_at)


def _total(call: Call, chat: str, found: int) -> int:
    """All rows of the chat, filters or not; older builds count those of every account (contract 4.4)."""
    if not call.world.profile.totals_over_devices:
        return found
    others = [key for key in call.world.chats if key[1] == chat and key[0] != call.slot.phone]
    return found + sum(message.row is not None for key in others for message in call.world.chats[key])


def _number(call: Call, name: str, default: int, lowest: int, highest: int | None) -> int:
    text = call.query(name)
    if not text:
        return default
    try:
        value = int(text)
    except ValueError as broken:
        raise errors.internal(f"schema: error converting value for {name!r}") from broken
    if value < lowest or (highest is not None and value > highest):
        raise errors.invalid(
            {name: f"must be between {lowest} and {highest}" if highest else f"at least {lowest}"}
        )
    return value


def _flag(call: Call, name: str) -> bool | None:
    text = call.query(name).strip().lower()
    return None if not text else text in {"true", "1", "on"}


def _chat(call: Call, chat: str, found: list[tuple[Message, Row]]) -> dict[str, Any]:
    times = [message.row_at for message, _row in found] or [0]
    state = call.world.state(call.slot.phone, chat)
    return {
        "jid": identity.record_jid(call.world, chat),
        "name": identity.chat_name(call.world, chat),
        "last_message_time": moments.stamp(max(times)),
        "ephemeral_expiration": state.timer,
        "created_at": moments.stamp(min(times)),
        "updated_at": moments.stamp(max([row.updated_at for _message, row in found] or [0])),
        "archived": state.archived,
    }


async def index(call: Call) -> Reply:
    limit = _number(call, "limit", 25, 0, 100) or 25
    offset = _number(call, "offset", 0, 0, None)
    search, media_only = call.query("search").lower(), _flag(call, "has_media")
    listed = []
    for account, chat in list(call.world.chats):
        found = rows(call, chat) if account == call.slot.phone else []
        if found and (not media_only or any(message.media for message, _row in found)):
            listed.append(_chat(call, chat, found))
    listed = [chat for chat in listed if search in chat["name"].lower()]
    archived = _flag(call, "archived")
    listed = [chat for chat in listed if archived is None or chat["archived"] == archived]
    listed.sort(key=lambda chat: str(chat["last_message_time"]), reverse=True)
    page = {"limit": limit, "offset": offset, "total": len(listed)}
    return Reply(
        "Success get chat list", {"data": listed[offset : offset + limit] or None, "pagination": page}
    )


async def messages(call: Call) -> Reply:
    limit = _number(call, "limit", 50, 1, 100)
    offset = _number(call, "offset", 0, 0, None)
    jid = call.params["chat_jid"]
    chat = stored_chat(call.world, jid)
    found = rows(call, chat) if chat is not None else []
    if chat is None or not found:
        if call.world.profile.unknown_chat_fails:
            raise errors.internal(f"chat with JID {jid} not found")
        page = {"limit": limit, "offset": offset, "total": 0}
        return Reply("Success get chat messages", {"data": None, "pagination": page, "chat_info": EMPTY_CHAT})
    search = call.query("search").lower()
    if search:
        # A search disables every other filter, the offset too.
        chosen = [entry for entry in found if search in entry[1].content.lower()][:limit]
    else:
        chosen = _filtered(call, found)[offset : offset + limit]
    results = {
        "data": [_message(call, message, row) for message, row in chosen] or None,
        "pagination": {"limit": limit, "offset": offset, "total": _total(call, chat, len(found))},
        "chat_info": _chat(call, chat, found),
    }
    return Reply("Success get chat messages", results)


def _moment(call: Call, name: str) -> float | None:
    text = call.query(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as broken:
        raise errors.internal(f'parsing time "{text}" as RFC 3339') from broken
    if moment.tzinfo is None:
        raise errors.internal(f'parsing time "{text}" as RFC 3339: it has no zone')
    return moment.timestamp()


def _filtered(call: Call, found: list[tuple[Message, Row]]) -> list[tuple[Message, Row]]:
    start, end = _moment(call, "start_time"), _moment(call, "end_time")
    media_only, own = _flag(call, "media_only"), _flag(call, "is_from_me")
    return [
        (message, row)
        for message, row in found
        if (start is None or message.row_at >= start)
        and (end is None or message.row_at <= end)
        and (not media_only or message.media is not None)
        and (own is None or message.from_me == own)
    ]


def _message(call: Call, message: Message, row: Row) -> dict[str, Any]:
    world, media = call.world, message.media
    shown: dict[str, Any] = {
        "id": message.id,
        "chat_jid": identity.record_jid(world, message.chat),
        "sender_jid": row.sender,
        "content": row.content,
        "timestamp": moments.stamp(message.row_at),
        "is_from_me": message.from_me,
        "media_type": message.kind if media is not None or message.kind == "call" else "",
        "filename": "",
        "url": "",
        "file_length": 0,
        "created_at": moments.stamp(row.created_at),
        "updated_at": moments.stamp(row.updated_at),
    }
    if world.profile.row_name:
        shown[world.profile.row_name] = _row_name(call, message)
    if message.kind == "call":
        shown["call_metadata"] = json.dumps({"call_id": message.id.partition(":")[2], **message.extra})
    if media is not None:
        synthetic = f"{message.kind}_{message.at}{content.extension(message)}"
        shown["filename"] = media.name if message.kind == "document" else synthetic
        shown["url"], shown["file_length"] = content.cdn_url(message.id), media.size
    stored = [one for one in message.reactions if one.stored]
    if stored:
        shown["reactions"] = [_reaction(call, message, one.author, one.emoji, one.at) for one in stored]
    return shown


def _row_name(call: Call, message: Message) -> str:
    """The fork leaves own rows without a name; later builds give the best name there is."""
    contact = call.world.contacts.get(message.author)
    if call.world.profile.best_names:
        return identity.display_name(contact) if contact is not None else call.world.name_of(message.author)
    return "" if message.from_me else call.world.name_of(message.author)


def _reaction(call: Call, message: Message, author: str, emoji: str, at: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "emoji": emoji,
        "sender_jid": identity.chat_jid(call.world, author),
        "is_from_me": author == message.account,
        "timestamp": moments.stamp(at),
    }
    if call.world.profile.best_names:
        contact = call.world.contacts.get(author)
        shown["sender_display_name"] = (
            identity.display_name(contact) if contact is not None else call.world.name_of(author)
        )
    return shown


async def _changed(call: Call, name: str, kind: type) -> tuple[str, Any]:
    """(chat key, value) of a call that changes one setting; a body that cannot be read is a 400 here."""
    check_session(call.world, call.slot)
    try:
        form = await call.form({name: kind})
    except errors.GatewayError as broken:
        raise errors.bad_request() from broken
    value = form.flag(name) if kind is bool else form.number(name)
    return stored_chat(call.world, call.params["chat_jid"]) or call.params["chat_jid"], value


def _set(call: Call, message: str, **shown: Any) -> Reply:
    results = {"status": "success", "message": message, "chat_jid": call.params["chat_jid"], **shown}
    return Reply(message, results)


async def pin(call: Call) -> Reply:
    chat, value = await _changed(call, "pinned", bool)
    call.world.state(call.slot.phone, chat).pinned = value
    call.world.save_state(call.slot.phone, chat)
    return _set(call, "Chat pinned successfully" if value else "Chat unpinned successfully", pinned=value)


async def archive(call: Call) -> Reply:
    chat, value = await _changed(call, "archived", bool)
    call.world.state(call.slot.phone, chat).archived = value
    call.world.save_state(call.slot.phone, chat)
    return _set(
        call, "Chat archived successfully" if value else "Chat unarchived successfully", archived=value
    )


async def disappearing(call: Call) -> Reply:
    chat, value = await _changed(call, "timer_seconds", int)
    if value not in validate.DURATIONS:
        allowed = ", ".join(str(seconds) for seconds in validate.DURATIONS)
        raise errors.invalid({"timer_seconds": f"must be one of {allowed} seconds"})
    call.world.state(call.slot.phone, chat).timer = value
    call.world.save_state(call.slot.phone, chat)
    return _set(call, "Disappearing timer set successfully", timer_seconds=value)
