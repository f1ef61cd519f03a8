"""Calls. The gateway tells that somebody rings, never how it ends; nobody can answer here."""

from __future__ import annotations

from typing import Any

from rookery.conversations.actions import inbound
from rookery.conversations.actions.inbound import ContactCache, Received
from rookery.conversations.incoming import IncomingCall, IncomingMessage, Place


def do_receive_call(place: Place, call: IncomingCall, cache: ContactCache) -> Received | None:
    """Show a call in its conversation; None when it is known already. Inside `db.write()`.

    It is unread and somebody waits since then, but it reopens nothing and rings nowhere (decisions B4).
    """
    details: dict[str, Any] = {"auto_rejected": call.auto_rejected, "group": call.is_group}
    message = IncomingMessage(
        source_id=f"call:{call.call_id}"[:128],
        from_me=False,
        is_group=call.is_group,
        chat=call.chat,
        author=call.caller,
        at=call.at,
        kind="call",
        details=details,
    )
    return inbound.do_receive_message(place, message, cache)
