"""The host check of the doors that Django does not guard, by Django's own rule."""

from __future__ import annotations

from collections.abc import Sequence

from django.http.request import split_domain_port, validate_host

from rookery.doors.asgi_types import Headers


def host_of(headers: Headers) -> str:
    """The Host header; "" when it is missing or doubled."""
    found = [value for name, value in headers if name == b"host"]
    return found[0].decode("latin-1") if len(found) == 1 else ""


def is_allowed(headers: Headers, allowed: Sequence[str]) -> bool:
    """Whether the request names a host of ours: a page elsewhere may not reach us by a name of its own."""
    domain, _ = split_domain_port(host_of(headers))
    return bool(domain) and validate_host(domain, list(allowed))


def with_host(headers: Headers, host: str) -> list[tuple[bytes, bytes]]:
    """The headers with another Host."""
    return [pair for pair in headers if pair[0] != b"host"] + [(b"host", host.encode("latin-1", "replace"))]
