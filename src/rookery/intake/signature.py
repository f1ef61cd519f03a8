"""The gateway's signature over the exact bytes: read from its header, computed at once or while a body streams past.

Source: gateway contract 6.1 (`X-Hub-Signature-256: sha256=<hex HMAC-SHA256 of the body>`).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence

from rookery.intake.book import Secret

HEADER = b"x-hub-signature-256"
_PREFIX = b"sha256="
_HEX_LENGTH = 64


def given(headers: Iterable[tuple[bytes, bytes]]) -> bytes | None:
    """The 32 bytes that the request claims; None if the header is missing, doubled or not of this form."""
    found = [value for name, value in headers if name == HEADER]
    if len(found) != 1 or not found[0].startswith(_PREFIX):
        return None
    digits = found[0][len(_PREFIX) :]
    if len(digits) != _HEX_LENGTH or not digits.isalnum():
        return None
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return None


def signer(secrets: Sequence[Secret], body: bytes, signature: bytes, now_ms: int) -> Secret | None:
    """The secret, among those valid now, that made `signature` over `body`; compared in constant time."""
    for secret in secrets:
        if secret.valid_at(now_ms) and hmac.compare_digest(
            hmac.digest(secret.value, body, "sha256"), signature
        ):
            return secret
    return None


class PassingBody:
    """The same for a body of which nothing is kept: feed it, then ask whose it is."""

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._sums = [(secret, hmac.new(secret.value, digestmod="sha256")) for secret in secrets]

    def feed(self, chunk: bytes) -> None:
        for _, running in self._sums:
            running.update(chunk)

    def signer(self, signature: bytes, now_ms: int) -> Secret | None:
        for secret, running in self._sums:
            if secret.valid_at(now_ms) and hmac.compare_digest(running.digest(), signature):
                return secret
        return None
