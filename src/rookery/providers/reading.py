"""Reading JSON that others wrote: nothing in it may hurt what comes after.

PostgreSQL refuses NUL, UTF-8 has no lone surrogates, and databases count in 64 bits. The rest of Rookery sees
none of these.
"""

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec

from rookery.providers.errors import Unparsable
from rookery.waid import BadJid, Jid

MAX_DEPTH: Final = 64
MAX_ID: Final = 128
MAX_JID: Final = 128  # longer texts are none, and must not fill the memory of them
_HARMFUL: Final = re.compile("[\x00\ud800-\udfff]")
_INT64: Final = 2**63
_decoder: Final = msgspec.json.Decoder()


def load_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`. Raises Unparsable for anything else, however deep, huge or broken."""
    found = _load(raw)
    if not isinstance(found, dict):
        raise Unparsable(reason="not a JSON object")
    return found


def _load(raw: bytes) -> object:
    try:
        return _decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    # The standard library is slower and takes more: lone surrogates, NaN, a byte order mark.
    try:
        return json.loads(raw.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as exc:
        raise Unparsable(reason="not JSON") from exc


def clean_text(text: str) -> str:
    """The text with U+FFFD in place of NUL and lone surrogates."""
    return _HARMFUL.sub("\ufffd", text) if _HARMFUL.search(text) else text


def clean_value(value: object, depth: int = 0) -> Any:
    """A JSON value that any database can store: texts clean, huge or odd numbers as texts, depth limited."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if -_INT64 <= value < _INT64 else hex(value)
    if isinstance(value, float):
        return value if value - value == 0 else repr(value)
    if depth >= MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_value(item, depth + 1) for key, item in value.items()}
    return [clean_value(item, depth + 1) for item in value] if isinstance(value, list) else None


def bare_jid(text: str) -> Jid | None:
    """The JID without its device part, or None. Remembered, for the same few stand in event after event."""
    return _bare_jid(text) if len(text) <= MAX_JID else None


@lru_cache(maxsize=4096)
def _bare_jid(text: str) -> Jid | None:
    try:
        return Jid.parse(text).bare
    except BadJid:
        return None


def whole_second(value: object) -> datetime | None:
    """An RFC 3339 text, or seconds since 1970, in UTC and whole seconds; None for what cannot be read."""
    try:
        if isinstance(value, str):
            found = datetime.fromisoformat(value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        elif isinstance(value, int) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value, UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(microsecond=0)


class Fields:
    """A JSON object read tolerantly: a value of the wrong type is as good as none."""

    __slots__ = ("raw",)

    def __init__(self, raw: object) -> None:
        self.raw: dict[str, Any] = raw if isinstance(raw, dict) else {}

    def __contains__(self, name: str) -> bool:
        return name in self.raw

    def text(self, name: str, limit: int | None = None) -> str:
        value = self.raw.get(name)
        return clean_text(value)[:limit] if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        return self.raw.get(name) is True

    def number(self, name: str) -> int | None:
        value = self.raw.get(name)
        return value if type(value) is int and abs(value) < _INT64 else None

    def jid(self, name: str) -> Jid | None:
        value = self.raw.get(name)
        return bare_jid(value) if isinstance(value, str) else None

    def time(self, name: str) -> datetime | None:
        return whole_second(self.raw.get(name))

    def fields(self, name: str) -> "Fields":
        return Fields(self.raw.get(name))

    def list(self, name: str) -> list[Any]:
        value = self.raw.get(name)
        return value if isinstance(value, list) else []
