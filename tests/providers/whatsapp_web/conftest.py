"""The provider over the simulated gateway, in process, and over an answer that a test makes up."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from rookery.outbound_http import open_client
from rookery.providers.commands import ChannelConfig
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.sandbox.app import create_app
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World

OURS = "15550000001"
BIA = "5521987650000"
CONFIG = ChannelConfig("http://gateway.example:3000", "admin", "sandbox", "demo", "+" + OURS)

Answer = Callable[[httpx.Request], httpx.Response]


class Post:
    """Keeps every webhook of the world as it would reach the door."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []

    async def __call__(self, url: str, headers: Sequence[tuple[str, str]], body: bytes, chunked: bool) -> int:
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in headers})
        return 200


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture(params=["v8", "v9"])
async def world(request: pytest.FixtureRequest, post: Post) -> AsyncIterator[World]:
    """One linked number and one person, on each generation of the gateway."""
    made = World(
        request.param,
        pace=Pace(0.0, 0.0, 1.0),
        webhook_url="http://door.example",
        webhook_secret="s" * 32,
        deliver=post,
    )
    made.add_device("demo", OURS)
    made.add_contact(BIA, "Bia", lid="98765432101234@lid")
    yield made
    await made.close()


def over(world: World, **changes: Any) -> WhatsAppWeb:
    """The provider with a changed configuration, talking to this world."""
    client = open_client("test", transport=httpx.ASGITransport(app=create_app(world)))
    return WhatsAppWeb(replace(CONFIG, **changes), client)


@pytest.fixture
def gateway(world: World) -> WhatsAppWeb:
    return over(world)


def answering(answer: Answer | httpx.Response | Exception, **changes: Any) -> WhatsAppWeb:
    """The provider over a made-up answer, or a failing connection."""

    def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    return WhatsAppWeb(
        replace(CONFIG, **changes), open_client("test", transport=httpx.MockTransport(respond))
    )


def success(results: object) -> httpx.Response:
    content = json.dumps({"code": "SUCCESS", "message": "ok", "results": results})
    return httpx.Response(200, content=content, headers={"Content-Type": "application/json"})


def failure(status: int, code: str, message: str = "") -> httpx.Response:
    return httpx.Response(status, json={"code": code, "message": message})
