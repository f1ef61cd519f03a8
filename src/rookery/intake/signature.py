"""The gateway's signature over the exact bytes: read from its header, computed at once or while a body streams past.

Source: gateway contract 6.1 (`X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence

from rookery.intake.book import Secret

_HEADER = b"x-hub-signature-256"
_PREFIX = b"sha256="
_LENGTH = len(_PREFIX) + 64


def heads(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes | None, int]:
    """The 32 bytes that the request claims (None if missing, doubled or not of this form), and its Content-Length.

    The length is 0 when there is none: gateways before 9.0.1 send bodies in chunks.
    """
    given: bytes | None = None
    found = length = 0
    for name, value in headers:
        if name == _HEADER:
            found += 1
            given = _digest(value)
        elif name == b"content-length" and value.isdigit() and len(value) < 19:
            length = int(value)
    return given if found == 1 else None, length


def _digest(value: bytes) -> bytes | None:
    if len(value) != _LENGTH or not value.startswith(_PREFIX):
        return None
    try:
        digest = bytes.fromhex(value[len(_PREFIX) :].decode("ascii"))
    except ValueError:
        return None
    return digest if len(digest) == 32 else None  # fromhex takes blanks


def signer(secrets: Sequence[Secret], body: bytes, signature: bytes, now_ms: int) -> Secret | None:
    """The secret, among those valid now, that made `signature` over `body`; compared in constant time."""
    for secret in secrets:
        if secret.valid_at(now_ms) and hmac.compare_digest(secret.sign(body), signature):
            return secret
    return None


class PassingBody:
    """The same for a body of which nothing is kept: feed it, then ask whose it is."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._sums = [(secret, secret.inner.copy()) for secret in secrets]

    def feed(self, chunk: bytes) -> None:
        for _, running in self._sums:
            running.update(chunk)

    def signer(self, signature: bytes, now_ms: int) -> Secret | None:
        for secret, running in self._sums:
            if secret.valid_at(now_ms) and hmac.compare_digest(secret.finish(running), signature):
                return secret
        return None
