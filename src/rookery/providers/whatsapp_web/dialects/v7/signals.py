"""The two kinds of event that gateway 7 puts into an envelope; here the JIDs are whole."""

from collections.abc import Callable, Mapping
from typing import Final

from rookery.providers.events import Event
from rookery.providers.whatsapp_web.dialects.v7 import who
from rookery.providers.whatsapp_web.parsing import groups, receipts
from rookery.providers.whatsapp_web.parsing.envelope import Envelope
from rookery.providers.whatsapp_web.parsing.people import chat_of, party


def _receipt(envelope: Envelope) -> Event:
    """Linked devices send receipts of their own: one delivery can come as several, the device part is dropped."""
    payload = envelope.payload
    sender, chat = who.split(payload)
    raw = payload.jid("sender_id")  # the same person, perhaps under the other name
    named = payload.jid("chat_id") or payload.jid("chat_jid") or chat
    return receipts.read(
        envelope,
        chat_of(named, payload.jid("chat_lid")),
        party(sender or raw, payload.jid("from_lid") or raw),
    )


READERS: Final[Mapping[str, Callable[[Envelope], Event]]] = {
    "message.ack": _receipt,
    "group.participants": groups.read_participants,
}
