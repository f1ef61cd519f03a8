"""Sandbox gateways in one process, and a fetcher in front of them: `gateways` maps hosts to worlds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from rookery.channels.connect import Connections
from rookery.conversations.models import Attachment
from rookery.journal.models import Fact
from rookery.media.fetch import Fetcher
from rookery.sandbox.app import create_app
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from rookery.telemetry import metrics
from tests.media import rows

MAIN = "127.0.0.1:3000"
OTHER = "127.0.0.1:3001"
PATH = "statics/media/1772636820-51f1c0de-8c0b-4f6e-9d7a-0a1b2c3d4e5f.jpe"

Scenario = Callable[[Fetcher], Awaitable[None]]


class Gateways(httpx.AsyncBaseTransport):
    """Worlds behind host names; remembers what was asked of them."""

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}
        self.asked: list[httpx.Request] = []

    def add(self, host: str) -> World:
        world = World("v8", pace=Pace(0.0, 0.0, 1.0), deliver=_nobody)
        world.add_device("demo" if host == MAIN else "other")
        self.worlds[host] = world
        return world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        app = create_app(self.worlds[request.url.netloc.decode()])
        return await httpx.ASGITransport(app=app).handle_async_request(request)


async def _nobody(url: str, headers: object, body: bytes, chunked: bool) -> int:
    return 200


def fetch(gateways: Gateways, scenario: Scenario | None = None, **options: Any) -> None:
    """Run a fetcher until nothing is due, or as `scenario` says."""

    async def run() -> None:
        async with Connections(gateways, allow_private=True) as gateway:
            fetcher = Fetcher(gateway.provider, **options)
            try:
                await asyncio.wait_for(scenario(fetcher) if scenario else fetcher.drain(), 30)
            finally:
                await fetcher.close()

    asyncio.run(run())


async def until_stored(fetcher: Fetcher) -> None:
    while await fetcher.in_rows(Attachment.objects.exclude(state="stored").exists):
        fetcher.wake()
        await asyncio.sleep(0.02)


def hurry() -> None:
    """Make every retry due now."""
    Attachment.objects.filter(state="wanted").update(due_ms=0)


def downloads(status: str) -> float:
    return metrics.media_downloaded.labels(status=status)._value.get()  # type: ignore[no-any-return]


def changes(of: Attachment) -> list[dict[str, Any]]:
    return [
        fact.data
        for fact in Fact.objects.filter(kind="message.changed", message_id=of.message_id).order_by("id")
    ]


def said(world: World, kind: str) -> str:
    async def say() -> str:
        told = world.say(rows.CUSTOMER, kind=kind)
        await world.settle()
        return told

    return asyncio.run(say())
