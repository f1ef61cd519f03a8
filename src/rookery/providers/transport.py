"""From a failed connection to an error: what may have left when no answer came. The same for every provider."""

from typing import Final, Literal, TypeAlias

import httpx

from rookery.outbound_http import ForbiddenAddress, TooMuch
from rookery.providers import errors as e

Endpoint: TypeAlias = Literal["send", "ask", "file"]
"""`send` has an effect on WhatsApp; `ask` only reads; `file` fetches a static file."""

# Before the request was complete: nobody can have acted on it. (A failed write counts: a body that did not
# arrive whole is not executed.)
NOT_WRITTEN: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.WriteError,
    httpx.WriteTimeout,
    httpx.ProxyError,
)
NOT_VALID: Final = (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError)

TRANSPORT_ERRORS: Final = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL)
"""All that a client of ours raises: catch these and hand them to `from_transport`."""


def from_transport(exc: Exception, endpoint: Endpoint) -> e.ProviderError:
    """The error that a failed connection means: httpx's exceptions, our guard's, and a deadline's TimeoutError."""
    if isinstance(exc, ForbiddenAddress):
        return e.Rejected("address_forbidden")
    if isinstance(exc, NOT_WRITTEN):
        return e.Unreachable()
    if isinstance(exc, NOT_VALID):
        return e.Rejected("bad_url")
    if isinstance(exc, TooMuch):
        return _too_much(exc, endpoint)
    if endpoint != "send":
        return e.Interrupted()
    return e.OutcomeUnknown("garbage" if isinstance(exc, httpx.DecodingError) else "connection_lost")


def _too_much(exc: TooMuch, endpoint: Endpoint) -> e.ProviderError:
    if endpoint == "file":
        return e.TooLarge("too_large_here", limit=exc.limit)
    return e.OutcomeUnknown("garbage") if endpoint == "send" else e.Rejected("not_a_gateway")
