"""A world in memory that waits for nothing, its gateway in process, and a receiver that remembers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest

from rookery.sandbox.app import create_app
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World

ADA = "15550000101"
BIA = "5521987650000"


class Receiver:
    """Stands where Rookery's webhook door would: keeps every delivery and answers as told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes, bool]] = []
        self.answers: list[int] = []

    async def __call__(self, url: str, headers: Sequence[tuple[str, str]], body: bytes, chunked: bool) -> int:
        self.requests.append((url, dict(headers), body, chunked))
        return self.answers.pop(0) if self.answers else 200

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _url, _headers, body, _chunked in self.requests]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event["payload"] for event in self.events if event["event"] == name]


def client_of(world: World, auth: tuple[str, str] | None = ("admin", "sandbox")) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=create_app(world))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000", auth=auth)


MakeWorld = Callable[..., World]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def make_world(receiver: Receiver) -> AsyncIterator[MakeWorld]:
    made: list[World] = []

    def make(profile: str = "v8", *, linked: bool = True, **options: Any) -> World:
        options = {
            "pace": Pace(0.0, 0.0, 1.0),
            "webhook_url": "http://hooks.example/wa",
            "deliver": receiver,
            **options,
        }
        world = World(profile, **options)
        made.append(world)
        if linked:
            world.add_device("demo", "15550000001")
        return world

    yield make
    for world in made:
        await world.close()


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    world = make_world()
    world.add_contact(ADA, "Ada Example")
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(world) as opened:
        yield opened


async def control(client: httpx.AsyncClient, path: str, **data: Any) -> Any:
    """One control call that must succeed; answers its JSON."""
    answer = await client.post(f"/_sandbox{path}", json=data)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def results(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    """`results` of a GET that must succeed."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json().get("results")
