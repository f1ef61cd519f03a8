"""The webhooks of gateway 7: flat objects, and an envelope for receipts and the people of groups.

There is one number per gateway and nothing names it: which messages are our own shows only in who sent them.
"""

from rookery.providers.errors import Unparsable
from rookery.providers.events import Event
from rookery.providers.whatsapp_web.dialects.v7 import message, signals
from rookery.providers.whatsapp_web.parsing import deletions
from rookery.providers.whatsapp_web.parsing.envelope import Envelope

__all__ = ["read_enveloped", "read_flat"]


def read_enveloped(envelope: Envelope) -> Event:
    """`{event, timestamp, payload}` with full JIDs inside."""
    if envelope.name in signals.READERS:
        return signals.READERS[envelope.name](envelope)
    return envelope.unknown("a kind that gateway 7 did not have")


def read_flat(envelope: Envelope) -> Event:
    """One object without an envelope. Raises Unparsable for what is not one of these."""
    body = envelope.top
    action = body.text("action", 100)
    if action in message.ACTIONS:
        return message.ACTIONS[action](envelope)
    if action in deletions.ACTIONS:
        return deletions.read(envelope)
    if isinstance(body.raw.get("reaction"), dict):
        return message.read_reaction(envelope)
    if isinstance(body.raw.get("message"), dict):
        return message.read(envelope)
    raise Unparsable(reason="no event of any gateway known")
