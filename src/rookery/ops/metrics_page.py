"""Who may read /metrics: this machine itself, or whoever knows METRICS_TOKEN."""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from django.http import HttpRequest

from rookery.settings import conf

# A proxy on this machine connects from loopback too; what it adds to a request gives it away.
_FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_VIA",
)


def may_read(request: HttpRequest) -> bool:
    """Whether the request carries the token, or comes from this machine itself."""
    token = conf.str("METRICS_TOKEN")
    given = request.META.get("HTTP_AUTHORIZATION", "")
    if token and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    return _is_local(request)


def _is_local(request: HttpRequest) -> bool:
    if any(request.META.get(name) for name in _FORWARDED):
        return False
    # Without forwarded headers a proxy still hands on the name that people typed.
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and _names_loopback(
        request.META.get("HTTP_HOST", "")
    )


def _names_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
