"""Breaking a connection on purpose, over a real socket or in process."""

from __future__ import annotations

import asyncio
import socket
import struct

import httpx
from starlette.types import Scope

TRANSPORT = "rookery.sandbox.transport"
"""Scope key under which the sandbox's own server hands out the connection."""


def _transport(scope: Scope) -> asyncio.Transport | None:
    found: asyncio.Transport | None = scope.get(TRANSPORT)
    return found


def refuse(scope: Scope) -> None:
    """Nothing listens. Over a socket the listener itself is closed, and this request slipped in before."""
    if _transport(scope) is None:
        raise httpx.ConnectError("All connection attempts failed")


def reset(scope: Scope) -> None:
    """The connection is reset without an answer."""
    transport = _transport(scope)
    if transport is None:
        raise httpx.ReadError("Connection reset by peer")
    plain = transport.get_extra_info("socket")
    if plain is not None:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def drop(scope: Scope) -> None:
    """The connection is closed without an answer."""
    transport = _transport(scope)
    if transport is None:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    transport.close()
