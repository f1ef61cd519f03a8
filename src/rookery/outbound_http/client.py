"""Opening guarded clients."""

import ssl
from collections.abc import Collection
from functools import lru_cache
from typing import Final

import httpcore
import httpx

from rookery.outbound_http.addresses import Rules, rules
from rookery.outbound_http.guard import GuardedBackend

LIMITS: Final = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=15.0)
TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0, pool=5.0)


def open_client(
    purpose: str,
    *,
    allow_private: bool = False,
    forbidden_ports: Collection[int] = (),
    limits: httpx.Limits = LIMITS,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """A client for one purpose, whose name the other side sees in `User-Agent`. The caller closes it.

    Private ranges (loopback included) need `allow_private`; `forbidden_ports` are those this machine serves
    itself. Compressed answers are not asked for, for a few bytes can unpack to anything. `transport` is for
    tests and goes round the guard.
    """
    guarded = rules(allow_private=allow_private, forbidden_ports=forbidden_ports)
    return httpx.AsyncClient(
        transport=transport or GuardedTransport(guarded, limits),
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": f"Rookery ({purpose})", "Accept-Encoding": "identity"},
    )


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over a connection pool that connects through the guard."""

    def __init__(self, guarded: Rules, limits: httpx.Limits) -> None:
        super().__init__(verify=_tls(), trust_env=False, limits=limits)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_tls(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=GuardedBackend(guarded),
        )


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One context for all clients (each holds the list of authorities in memory), and the system's own besides."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context
