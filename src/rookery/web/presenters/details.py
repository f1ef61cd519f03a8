"""What `Message.details` holds, taken for what it is: a stranger's. Wrong types and lengths are passed over."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from rookery.web.formatting import plain

LINE = 300
PICTURE = 64 * 1024
MOST = 1e15  # nothing is counted or measured beyond that
JPEG = b"\xff\xd8\xff"


def line(details: Mapping[str, Any], key: str, limit: int = LINE) -> str:
    """A text on one line; "" when there is none."""
    value = details.get(key)
    return plain(value[:limit]) if isinstance(value, str) else ""


def number(details: Mapping[str, Any], key: str) -> float | None:
    value = details.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) < MOST else None


def records(details: Mapping[str, Any], key: str, limit: int) -> list[Mapping[str, Any]]:
    """The objects of a list, at most `limit`."""
    value = details.get(key)
    return [one for one in value[:limit] if isinstance(one, dict)] if isinstance(value, list) else []


def lines(details: Mapping[str, Any], key: str, limit: int) -> list[str]:
    """The texts of a list, each on one line, at most `limit`; empty ones left out."""
    value = details.get(key)
    if not isinstance(value, list):
        return []
    found = (plain(one[:LINE]) for one in value[:limit] if isinstance(one, str))
    return [one for one in found if one]


def has_picture(details: Mapping[str, Any]) -> bool:
    value = details.get("thumbnail")
    return isinstance(value, str) and value.startswith("/9j/")  # a JPEG's first bytes in base64


def picture(details: Mapping[str, Any]) -> bytes | None:
    """The JPEG that came inside the message; None when it is none."""
    value = details.get("thumbnail")
    if not isinstance(value, str) or len(value) > PICTURE * 4 // 3 + 4:
        return None
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if found.startswith(JPEG) else None
