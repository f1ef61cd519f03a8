"""The three fields of an event that the door looks at. It parses nothing else.

Source: gateway contract 6.3. Gateways of version 7 name no device.
"""

from __future__ import annotations

from typing import Final

import msgspec

from rookery.providers.errors import Unparsable
from rookery.providers.reading import load_object

PRESENCE: Final = "chat_presence"


class Envelope(msgspec.Struct):
    """`device_id` is the account's JID, `session_id` the gateway's slot; "" when the event does not say."""

    device_id: str = ""
    session_id: str = ""
    event: str = ""


_read = msgspec.json.Decoder(Envelope).decode
_NOTHING: Final = Envelope()


def peek(body: bytes) -> Envelope:
    """The envelope, or an empty one for whatever is no JSON object. Never raises."""
    try:
        return _read(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _peek_tolerantly(body)


def _peek_tolerantly(body: bytes) -> Envelope:
    """Lone surrogates and fields of odd types must not send an event to another number."""
    try:
        found = load_object(body)
    except Unparsable:
        return _NOTHING
    return Envelope(*(value if isinstance(value := found.get(name), str) else "" for name in _FIELDS))


_FIELDS: Final = Envelope.__struct_fields__
