"""Where a picture may be fetched from, and fetching it.

The gateway only names an address; we go there ourselves. So the address is a stranger's word: https at a named
WhatsApp host, or the gateway's own files, asked for at the address an administrator entered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from rookery.media.incoming import Incoming
from rookery.outbound_http import CappedReader, Transport, deadline, open_client
from rookery.providers.base import Provider
from rookery.providers.errors import Interrupted, NotAvailable
from rookery.providers.transport import TRANSPORT_ERRORS, from_transport

HOSTS: Final = frozenset({"pps.whatsapp.net", "mmg.whatsapp.net"})
LARGEST: Final = 1024 * 1024
"""Bytes; WhatsApp's own are about 100 KB."""

_LONGEST_URL: Final = 2_000
_PORTS: Final = {"http": 80, "https": 443}


class Elsewhere(Exception):
    """The picture lies where we do not go."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """One of both: `url` at WhatsApp, or `path` among the gateway's own files."""

    url: str = ""
    path: str = ""


def find(url: str, gateway_url: str) -> Whereabouts:
    """Where the picture of this address is fetched from. Raises Elsewhere."""
    try:
        parts, base = urlsplit(url), urlsplit(gateway_url)
        if len(url) > _LONGEST_URL or "@" in parts.netloc or not url.isprintable() or "\\" in url:
            raise Elsewhere
        if parts.scheme == "https" and parts.hostname in HOSTS and parts.port in (None, 443):
            return Whereabouts(url=url)
        if _server(parts) == _server(base):
            return Whereabouts(path=_below(parts, base))
    except ValueError as error:
        raise Elsewhere from error
    raise Elsewhere


async def bring(
    where: Whereabouts, provider: Provider, incoming: Incoming, *, seconds: float, transport: Transport | None
) -> None:
    """Write the picture into `incoming`. Raises ProviderError, media errors, OSError.

    A picture at WhatsApp is fetched without any credentials; `transport` takes the network's place in tests.
    """
    if where.path:
        async with provider.open_media(where.path, max_bytes=incoming.limit, seconds=seconds) as reader:
            await incoming.take_stream(reader)
        return
    async with open_client("pictures", transport=transport) as client:
        try:
            async with deadline(seconds), client.stream("GET", where.url) as response:
                if response.status_code >= 500 or response.status_code in (408, 429):
                    raise Interrupted
                if response.status_code != 200:
                    raise NotAvailable
                await incoming.take_stream(CappedReader(response, incoming.limit))
        except TRANSPORT_ERRORS as error:
            raise from_transport(error, "file") from error


def _server(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def _below(parts: SplitResult, base: SplitResult) -> str:
    """The path below the gateway's base, which must lead into its folder of files. Its provider looks again."""
    prefix = f"{base.path.rstrip('/')}/"
    if parts.query or parts.fragment or not parts.path.startswith(f"{prefix}statics/"):
        raise Elsewhere
    return unquote(parts.path[len(prefix) :], errors="strict")
