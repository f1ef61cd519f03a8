"""The webhooks of gateway 8.x and 9.x: `{event, device_id, session_id?, timestamp?, payload}`.

Features are recognised by their fields, never by a version number; there is none on the wire.
"""

from rookery.providers.errors import Unparsable
from rookery.providers.events import Event
from rookery.providers.reading import Fields, load_object
from rookery.providers.whatsapp_web.dialects.v8 import message, signals
from rookery.providers.whatsapp_web.dialects.v8.envelope import Envelope

__all__ = ["parse"]


def parse(raw: bytes) -> tuple[Event, ...]:
    """One delivery holds one event. Raises Unparsable for what is not an envelope of this dialect."""
    body = load_object(raw)
    name, payload = body.get("event"), body.get("payload")
    if not isinstance(name, str) or not isinstance(payload, dict):
        raise Unparsable(reason="no envelope of gateway 8 or 9")
    if "sender_id" in payload:
        raise Unparsable(reason="an event of gateway 7")
    envelope = Envelope.read(name, Fields(body), Fields(payload))
    if name in signals.READERS:
        return (signals.READERS[name](envelope),)
    if name in message.EVENTS or message.is_addressed(envelope):
        return (message.read(envelope),)
    return (envelope.unknown("a kind without message id"),)
