"""The one guarded HTTP client: every connection Rookery opens goes through `open_client` or `Pool`.

It resolves a name once and connects to that very address, refuses addresses and ports it must not touch, follows
no redirect, takes no proxy from the environment, and caps bytes and time (`CappedReader`, `deadline`).
"""

import logging
from typing import TypeAlias

import httpx

from rookery.outbound_http.client import LIMITS, open_client
from rookery.outbound_http.errors import ForbiddenAddress, TooMuch
from rookery.outbound_http.pool import Pool
from rookery.outbound_http.reader import CappedReader, deadline, read_capped
from rookery.outbound_http.written import WriteWatch

Transport: TypeAlias = httpx.AsyncBaseTransport
"""What tests put in the network's place."""

BadUrl = httpx.InvalidURL
"""Raised for a text that is no URL; the rooms above import no httpx."""

__all__ = [
    "LIMITS",
    "BadUrl",
    "CappedReader",
    "ForbiddenAddress",
    "Pool",
    "TooMuch",
    "Transport",
    "WriteWatch",
    "deadline",
    "open_client",
    "read_capped",
]

# At INFO httpx writes the full URL of every request, numbers included.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)
