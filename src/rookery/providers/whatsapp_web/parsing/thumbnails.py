"""Pictures that come inside an event, as base64."""

import base64
import binascii
from typing import Final

MAX_BYTES: Final = 64 * 1024
_MAX_TEXT: Final = (MAX_BYTES + 2) // 3 * 4
_JPEG: Final = b"\xff\xd8\xff"


def jpeg(value: object) -> str:
    """The picture as base64 if it is a JPEG of 64 KB at most, else ""."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
        return ""
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return value if found.startswith(_JPEG) and len(found) <= MAX_BYTES else ""
