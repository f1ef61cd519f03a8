"""Who asks, and how: from the connection, or from the headers of a proxy that the owner trusts.

`clean` is for requests that go on to Django: headers that are nobody's business but ours, and those that two
programs could read differently, end there.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from rookery.doors.asgi_types import App, Headers, Receive, Scope, Send, header

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

INTERNAL = b"x-rookery-file"
_DROPPED = frozenset({INTERNAL, b"proxy"})  # `Proxy:` would become HTTP_PROXY
_DASHED = {b"api_access_token": b"api-access-token"}
_SCHEMES = {b"http": "http", b"https": "https"}


class Forwarded:
    """Middleware: sets `client` and `scheme` of a request."""

    def __init__(self, app: App, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        if self._proxies and client and self._is_trusted(client[0]):
            headers = scope["headers"]
            scope = {**scope, "client": (self._origin(headers) or client[0], 0)}
            proto = header(headers, b"x-forwarded-proto").split(b",")[-1].strip().lower()
            scope["scheme"] = _SCHEMES.get(proto, scope.get("scheme", "http"))
        await self._app(scope, receive, send)

    def _origin(self, headers: Sequence[tuple[bytes, bytes]]) -> str | None:
        """The last address of X-Forwarded-For that is no proxy of ours; whatever stands before it anybody may write."""
        chain = b",".join(value for name, value in headers if name == b"x-forwarded-for")
        for part in reversed(chain.decode("latin-1").split(",")):
            address = _bare(part.strip())
            if not address:
                return None
            if not self._is_trusted(address):
                return address
        return None

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
            parsed = parsed.ipv4_mapped
        return any(parsed in network for network in self._proxies)


def clean(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Without our internal headers, and without names that WSGI would take for another one.

    There `x_forwarded_for` and `x-forwarded-for` are the same. The API's own `api_access_token` is spelled with
    dashes from here on.
    """
    spelled = [(_DASHED.get(name, name), value) for name, value in headers]
    return [pair for pair in spelled if b"_" not in pair[0] and pair[0] not in _DROPPED]


def _bare(text: str) -> str:
    """An address without brackets and port, or "" for what is none."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
