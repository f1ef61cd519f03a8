"""How the gateway downloads what a `*_url` field names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
from msgspec import Struct


class Fetched(Struct, frozen=True):
    status: int
    content_type: str
    body: bytes


Fetch = Callable[[str], Awaitable[Fetched]]
"""url -> answer; raises OSError or httpx.HTTPError when there is none."""


async def over_http(url: str) -> Fetched:
    async with httpx.AsyncClient(timeout=30.0, follow_redirects=True, trust_env=False) as client:
        answer = await client.get(url)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Fetched(answer.status_code, kind, answer.content)
