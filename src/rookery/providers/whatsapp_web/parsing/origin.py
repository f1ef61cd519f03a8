"""Which number and which chat an event is about, without reading the rest of it: for the door and the lanes."""

from typing import Any

import msgspec

from rookery.providers.errors import Unparsable
from rookery.providers.reading import load_object


class _Payload(msgspec.Struct):
    chat_lid: Any = None
    chat_id: Any = None
    sender: Any = None
    origin: Any = msgspec.field(default=None, name="from")


class _Whole(msgspec.Struct):
    device_id: Any = None
    chat_lid: Any = None
    chat_id: Any = None
    payload: _Payload | None = None


class _Head(msgspec.Struct):
    device_id: str | None = None


_head = msgspec.json.Decoder(_Head)
_whole = msgspec.json.Decoder(_Whole)


def device_of(raw: bytes) -> str | None:
    """`device_id` as it stands; None if it is missing (gateway 7 names none) or the body is not ours to understand."""
    try:
        return _head.decode(raw).device_id or None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        found = _slowly(raw).get("device_id")
        return found if isinstance(found, str) and found else None


def lane_key(raw: bytes) -> str:
    """The chat's raw JID (the LID where both are named), else the device, else "".

    Old messages asked for later name their chat in `from` alone; the flat ones of gateway 7 outside of a payload,
    and without its server.
    """
    try:
        found = _whole.decode(raw)
        payload = found.payload or _Payload()
        origin = payload.origin if payload.sender else None
        names = (payload.chat_lid, payload.chat_id, origin, found.chat_lid, found.chat_id, found.device_id)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        body = _slowly(raw)
        inner = body.get("payload")
        inner = inner if isinstance(inner, dict) else {}
        origin = inner.get("from") if inner.get("sender") else None
        names = (
            *(inner.get("chat_lid"), inner.get("chat_id"), origin),
            *(body.get("chat_lid"), body.get("chat_id"), body.get("device_id")),
        )
    return next((name for name in names if isinstance(name, str) and name), "")


def _slowly(raw: bytes) -> dict[str, Any]:
    try:
        return load_object(raw)
    except Unparsable:
        return {}
