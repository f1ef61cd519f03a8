"""Which generation of the gateway a delivery comes from (contract 1.1). Nothing on the wire says so: fields do."""

from typing import Any, Final

from rookery.providers.errors import Unparsable
from rookery.providers.events import Event
from rookery.providers.reading import Fields, load_object
from rookery.providers.whatsapp_web.dialects import v7, v8
from rookery.providers.whatsapp_web.parsing import deletions
from rookery.providers.whatsapp_web.parsing.envelope import Envelope
from rookery.waid import Jid

_ENVELOPED_BY_V7: Final = frozenset({"message.ack", "group.participants"})


def parse(raw: bytes, own: frozenset[Jid] = frozenset()) -> tuple[Event, ...]:
    """One delivery holds one event. Raises Unparsable for what no generation says."""
    body = load_object(raw)
    top = Fields(body)
    name, payload = body.get("event"), body.get("payload")
    if isinstance(name, str) and isinstance(payload, dict):
        envelope = Envelope.read(name, top, Fields(payload), own)
        return (v7.read_enveloped(envelope) if _is_v7(name, body, payload) else v8.read(envelope),)
    if "event" in body:
        raise Unparsable(reason="an envelope without a name or a payload")
    return (_flat(top, own),)


def _is_v7(name: str, body: dict[str, Any], payload: dict[str, Any]) -> bool:
    return "sender_id" in payload or (name in _ENVELOPED_BY_V7 and "device_id" not in body)


def _flat(top: Fields, own: frozenset[Jid]) -> Event:
    """Gateway 7, but for a deletion on the own phone, which 8.0 and 8.1 send flat too and with their number."""
    name = top.text("action", 100) or ("reaction" if "reaction" in top else "message")
    envelope = Envelope.read(name, top, top, own)
    if "device_id" in top and name in deletions.ACTIONS:
        return deletions.read(envelope)
    return v7.read_flat(envelope)
