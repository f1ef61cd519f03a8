"""What a receipt says, whatever the generation."""

from collections.abc import Mapping
from typing import Final, Literal

from rookery.providers.events import Chat, Event, Party, ReceiptEvent
from rookery.providers.reading import MAX_ID, clean_text
from rookery.providers.whatsapp_web.parsing.envelope import Envelope

MAX_IDS: Final = 5_000
_STATUS: Final[Mapping[str, Literal["delivered", "read", "played"]]] = {
    "delivered": "delivered",
    "read": "read",
    # Read on our own phone with read receipts switched off. Which it is shows in whose messages are named.
    "read-self": "read",
    # Not forwarded by any generation known; understood in case one does.
    "played": "played",
    "played-self": "played",
}


def read(envelope: Envelope, chat: Chat | None, sender: Party) -> Event:
    """Receipts of status posts and broadcast lists concern nobody here."""
    payload = envelope.payload
    status = _STATUS.get(payload.text("receipt_type"))
    if status is None:
        return envelope.unknown(f"receipt of type {payload.text('receipt_type', 40)!r}")
    if chat is None:
        return envelope.unknown("receipt without a chat")
    if chat.jid.is_broadcast or chat.jid.is_newsletter:
        return envelope.quiet(f"a receipt at @{chat.jid.server}")
    ids = (
        clean_text(i) for i in payload.list("ids")[:MAX_IDS] if isinstance(i, str) and 0 < len(i) <= MAX_ID
    )
    distinct = tuple(dict.fromkeys(ids))
    if not distinct:
        return envelope.unknown("receipt without ids")
    return ReceiptEvent(
        device=envelope.device,
        session=envelope.session,
        ids=distinct,
        chat=chat.jid,
        sender=sender,
        status=status,
        at=envelope.top.time("timestamp"),
    )
