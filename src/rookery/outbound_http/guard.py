"""The network backend that looks before it connects."""

import ipaddress
import socket
from collections.abc import Iterable
from time import monotonic
from typing import Any

import anyio
import httpcore

from rookery.outbound_http.addresses import Address, Rules
from rookery.outbound_http.errors import ForbiddenAddress

MAX_TRIES = 3


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a name once, checks every address by the rules and connects to one that passed.

    Connecting to the checked address, not to the name again, is the point: a second look-up could answer
    differently. TLS still verifies the name, because httpcore takes it from the URL.
    """

    def __init__(self, rules: Rules, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._rules = rules
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        started = monotonic()
        found = await resolve(host, port, timeout)
        allowed = [address for address in found if self._rules.allow(address, port)]
        if not allowed:
            raise ForbiddenAddress("connections to this address are not allowed")
        failure: Exception | None = None
        for address in allowed[:MAX_TRIES]:
            left = None if timeout is None else max(0.05, timeout - (monotonic() - started))
            try:
                return await self._inner.connect_tcp(
                    str(address),
                    port,
                    timeout=left,
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
        raise failure or httpcore.ConnectError("no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise ForbiddenAddress("unix sockets are not connected to")

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


async def resolve(host: str, port: int, seconds: float | None) -> list[Address]:
    """The addresses of a name, in the resolver's order. Raises httpcore.ConnectError or ConnectTimeout."""
    try:
        return [ipaddress.ip_address(host.strip("[]").partition("%")[0])]
    except ValueError:
        pass
    try:
        with anyio.fail_after(seconds):
            rows = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError as exc:
        raise httpcore.ConnectTimeout("the name was not resolved in time") from exc
    except (OSError, UnicodeError) as exc:
        raise httpcore.ConnectError("the name is not known") from exc
    found = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    return list(dict.fromkeys(found))
