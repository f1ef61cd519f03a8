"""Receipts and typing."""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from rookery.providers.events import Event, PresenceEvent, ReceiptEvent
from rookery.providers.reading import MAX_ID, clean_text
from rookery.providers.whatsapp_web.dialects.v8.envelope import Envelope, party

_STATUS: Final[Mapping[str, Literal["delivered", "read"]]] = {
    "delivered": "delivered",
    "read": "read",
    # Read on our own phone with read receipts switched off. Which it is shows in whose messages are named.
    "read-self": "read",
}


def read_receipt(envelope: Envelope) -> Event:
    payload = envelope.payload
    status = _STATUS.get(payload.text("receipt_type"))
    if status is None:
        return envelope.unknown(f"receipt of type {payload.text('receipt_type', 40)!r}")
    chat = payload.jid("chat_id")
    if chat is None:
        return envelope.unknown("receipt without a chat")
    ids = tuple(clean_text(i) for i in payload.list("ids") if isinstance(i, str) and 0 < len(i) <= MAX_ID)
    if not ids:
        return envelope.unknown("receipt without ids")
    return ReceiptEvent(
        device=envelope.device,
        session=envelope.session,
        ids=tuple(dict.fromkeys(ids)),
        chat=chat,
        sender=party(payload.jid("from"), payload.jid("from_lid")),
        status=status,
        at=envelope.top.time("timestamp"),
    )


def read_presence(envelope: Envelope) -> Event:
    payload = envelope.payload
    chat = payload.jid("chat_id")
    if chat is None:
        return envelope.unknown("presence without a chat")
    return PresenceEvent(
        device=envelope.device,
        session=envelope.session,
        chat=chat,
        sender=party(payload.jid("from"), payload.jid("from_lid")),
        state=payload.text("state", 40),
        media=payload.text("media", 40),
        at=envelope.top.time("timestamp"),
    )


READERS: Final[Mapping[str, Callable[[Envelope], Event]]] = {
    "message.ack": read_receipt,
    "chat_presence": read_presence,
}
