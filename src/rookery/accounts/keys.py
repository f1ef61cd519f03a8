"""The keys that seal secrets: not Django's SECRET_KEY, and outside what a backup holds."""

from __future__ import annotations

import hashlib
from functools import cache

from rookery.settings import keys


class NoKey(Exception):
    """The key that sealed a value is not at hand."""


def current() -> tuple[str, bytes]:
    """Key id and key (32 bytes) that seal new values. Raises NoKey."""
    text = keys.encryption_key()
    if not text:
        raise NoKey("no encryption key: set ROOKERY_ENCRYPTION_KEY or run `rookery serve` once")
    return _named(text)


def by_id(key_id: str) -> bytes:
    """The key with this id, the current one or a fallback. Raises NoKey."""
    texts = [keys.encryption_key(), *keys.encryption_key_fallbacks()]
    known = dict(_named(text) for text in texts if text)
    if key_id not in known:
        raise NoKey(f"the key {key_id} that sealed this value is not at hand")
    return known[key_id]


@cache
def _named(text: str) -> tuple[str, bytes]:
    """Key id and AES key of a key's text. The text is long and random, so one hash is derivation enough."""
    key = hashlib.sha256(b"rookery seal " + text.encode()).digest()
    return hashlib.sha256(b"rookery key id " + key).hexdigest()[:8], key
