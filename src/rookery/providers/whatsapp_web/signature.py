"""The gateway's signature: `X-Hub-Signature-256: sha256=<lower-case hex HMAC-SHA256 of the exact body bytes>`."""

import hmac


def sign(secret: str, body: bytes) -> str:
    """The header's value for a body."""
    return "sha256=" + hmac.digest(secret.encode("utf-8", "surrogatepass"), body, "sha256").hex()


def verify(secret: str, body: bytes, header: str | bytes | None) -> bool:
    """Constant time. An empty secret verifies nothing."""
    if header is None or not secret:
        return False
    given = header.encode("utf-8", "surrogatepass") if isinstance(header, str) else header
    return hmac.compare_digest(sign(secret, body).encode("ascii"), given)
