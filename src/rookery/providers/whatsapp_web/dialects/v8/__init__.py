"""The webhooks of gateway 8.x and 9.x: `{event, device_id, session_id?, timestamp?, payload}`.

Features are recognised by their fields, never by a version number; there is none on the wire.
"""

from rookery.providers.events import Event
from rookery.providers.whatsapp_web.dialects.v8 import changes, message, signals
from rookery.providers.whatsapp_web.parsing.envelope import Envelope

__all__ = ["read"]


def read(envelope: Envelope) -> Event:
    """One delivery holds one event. Raises Unparsable for a message or change without usable id or chat."""
    name = envelope.name
    if name == "message":
        return message.read(envelope)
    if name in changes.READERS:
        return changes.READERS[name](envelope)
    if name in signals.READERS:
        return signals.READERS[name](envelope)
    if name.startswith("newsletter."):
        return envelope.quiet("news of a channel we follow")
    if message.is_addressed(envelope):
        return message.read(envelope)
    return envelope.unknown("a kind without message id")
