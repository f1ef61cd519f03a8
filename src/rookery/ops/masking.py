"""A raw event for people's eyes: secrets hidden from everybody, texts and numbers from whoever is no administrator."""

from __future__ import annotations

import json
from typing import Any, Final

from rookery.waid import phone
from rookery.web.formatting import plain

LONGEST: Final = 64 * 1024
HIDDEN: Final = "••••"

_SECRET: Final = (
    "password",
    "secret",
    "token",
    "authorization",
    "signature",
    "credential",
    "cookie",
    "apikey",
    "api_key",
)
# Everything else that is a text may be somebody's words, name or address.
_STRUCTURE: Final = frozenset(
    (
        "event", "id", "ids", "timestamp", "receipt_type", "type", "state", "media", "reason", "action", "call_id",
        "session_id", "label_id", "sync_type", "mime_type", "media_type", "ad_type", "source_type", "replied_to_id",
        "reacted_message_id", "original_message_id", "revoked_message_id", "deleted_message_id", "original_media_type",
        "original_timestamp", "remote_platform", "remote_version", "message_id", "replied_id",
    )
)  # fmt: skip
_DEEPEST: Final = 40


def shown(body: bytes, *, administrator: bool) -> tuple[str, bool]:
    """The body as text, and whether it was cut. JSON is laid out; what is none is shown to administrators alone."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        if not administrator:
            return "", False
        return plain(body[:LONGEST].decode("utf-8", "replace")), len(body) > LONGEST
    text = json.dumps(_masked(found, "", administrator, 0), ensure_ascii=False, indent=2)
    return plain(text[:LONGEST]), len(text) > LONGEST


def _masked(value: object, name: str, administrator: bool, depth: int) -> Any:
    if depth > _DEEPEST:
        return HIDDEN
    if isinstance(value, dict):
        return {str(key): _masked(part, str(key), administrator, depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [_masked(part, name, administrator, depth + 1) for part in value]
    if any(word in name.lower() for word in _SECRET) and value not in (None, "", True, False):
        return HIDDEN
    if administrator or value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, name)
    return value if name in _STRUCTURE else HIDDEN  # a number may be a place on the map


def _text(value: str, name: str) -> str:
    user, at, server = value.partition("@")
    if at and server in ("s.whatsapp.net", "lid", "g.us", "newsletter", "c.us", "broadcast"):
        return f"{HIDDEN}{phone.mask(user)}@{server}"
    return value if name in _STRUCTURE else HIDDEN
