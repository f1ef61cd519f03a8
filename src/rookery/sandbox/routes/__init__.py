"""The gateway's REST surface: method, path and handler; `scoped` ones need a device slot."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from rookery.sandbox.call import Call, Reply, pattern
from rookery.sandbox.routes import chats, devices, groups, media, message, send, session, users

Handler = Callable[[Call], Awaitable[Reply | Response]]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler


def _table(*rows: tuple[str, str, Handler]) -> list[Route]:
    return [Route(method, pattern(path), handler) for method, path, handler in rows]


FREE = _table(
    ("GET", "/devices", devices.index),
    ("POST", "/devices", devices.create),
    ("GET", "/devices/:device_id", devices.show),
    ("DELETE", "/devices/:device_id", devices.delete),
    ("GET", "/devices/:device_id/login", devices.login),
    ("POST", "/devices/:device_id/login/code", devices.login_code),
    ("POST", "/devices/:device_id/logout", devices.logout),
    ("POST", "/devices/:device_id/reconnect", devices.reconnect),
    ("GET", "/devices/:device_id/status", devices.status),
)
"""Routes that need no device header."""

V9_FREE = _table(
    ("GET", "/devices/:device_id/webhook", devices.webhook),
    ("PATCH", "/devices/:device_id/webhook", devices.set_webhook),
    ("GET", "/app/info", session.info),
)

SCOPED = _table(
    ("GET", "/app/login", session.login),
    ("GET", "/app/login-with-code", session.login_with_code),
    ("GET", "/app/logout", session.logout),
    ("GET", "/app/reconnect", session.reconnect),
    ("GET", "/app/status", session.status),
    ("GET", "/app/devices", session.devices),
    ("GET", "/ws", session.websocket),
    ("POST", "/send/message", send.text),
    ("POST", "/send/contact", send.contact),
    ("POST", "/send/location", send.location),
    ("POST", "/send/link", send.link),
    ("POST", "/send/poll", send.poll),
    ("POST", "/send/presence", send.presence),
    ("POST", "/send/chat-presence", send.chat_presence),
    ("POST", "/send/image", media.image),
    ("POST", "/send/file", media.file),
    ("POST", "/send/video", media.video),
    ("POST", "/send/audio", media.audio),
    ("POST", "/send/sticker", media.sticker),
    ("POST", "/message/:message_id/reaction", message.reaction),
    ("POST", "/message/:message_id/revoke", message.revoke),
    ("POST", "/message/:message_id/update", message.update),
    ("POST", "/message/:message_id/read", message.read),
    ("POST", "/message/:message_id/delete", message.delete),
    ("POST", "/message/:message_id/star", message.star),
    ("POST", "/message/:message_id/unstar", message.unstar),
    ("GET", "/message/:message_id/download", message.download),
    ("GET", "/chats", chats.index),
    ("GET", "/chat/:chat_jid/messages", chats.messages),
    ("POST", "/chat/:chat_jid/pin", chats.pin),
    ("POST", "/chat/:chat_jid/disappearing", chats.disappearing),
    ("GET", "/user/check", users.check),
    ("GET", "/user/avatar", users.avatar),
    ("GET", "/user/info", users.info),
    ("GET", "/user/my/contacts", users.contacts),
    ("GET", "/user/my/groups", groups.mine),
    ("GET", "/user/my/newsletters", users.newsletters),
    ("GET", "/group/info", groups.info),
    ("GET", "/group/participants", groups.participants),
)

SLOTTED = _table(("POST", "/chat/:chat_jid/archive", chats.archive))
"""Scoped routes that v7 does not have."""
