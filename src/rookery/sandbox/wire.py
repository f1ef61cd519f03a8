"""The exact bytes of the gateway: Go's JSON escaping, sorted webhook keys, and the signature (contract 6.1)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

_ESCAPES = {"&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_SURROGATES = re.compile("[\ud800-\udfff]")
"""Go has no such text: what is not UTF-8 becomes the replacement character."""
_TABLE = str.maketrans(_ESCAPES)


class Declared(dict[str, Any]):
    """An object whose keys keep their order in a webhook (raw protobuf parts, contact objects)."""


def _sorted(value: Any) -> Any:
    if isinstance(value, Declared):
        return value
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [_sorted(item) for item in value]
    return value


def dump(value: Any) -> bytes:
    """Compact JSON as Go's encoder writes it: `& < >` escaped, other characters as raw UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _SURROGATES.sub("\ufffd", text.translate(_TABLE)).encode()


def body(event: Mapping[str, Any]) -> bytes:
    """The body of one webhook: `dump` with sorted keys."""
    return dump(_sorted(event))


def signature(secret: str, payload: bytes) -> str:
    """The value of `X-Hub-Signature-256` for these exact bytes."""
    return "sha256=" + hmac.new(secret.encode(), payload, hashlib.sha256).hexdigest()


def webhook_headers(signed: str) -> list[tuple[str, str]]:
    """The headers beside host and framing; the real gateway sends nothing else."""
    return [
        ("User-Agent", "Go-http-client/1.1"),
        ("Content-Type", "application/json"),
        ("X-Hub-Signature-256", signed),
        ("Accept-Encoding", "gzip"),
    ]
