"""Attempts, budget, and deliveries that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise

import httpx
import pytest

from rookery.sandbox import wire
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, MakeWorld, Receiver


async def test_five_attempts_then_the_event_is_dropped(world: World, receiver: Receiver) -> None:
    receiver.answers = [500, 503, 404, 302, 401, 200]
    world.say(ADA, "hi")
    await world.settle()
    assert [attempt.status for attempt in world.courier.attempts] == [500, 503, 404, 302, 401]
    assert [attempt.last for attempt in world.courier.attempts] == [False, False, False, False, True]
    assert len({body for _url, _headers, body, _chunked in receiver.requests}) == 1


async def test_success_ends_the_attempts(world: World, receiver: Receiver) -> None:
    receiver.answers = [500, 204]
    world.say(ADA, "hi")
    await world.settle()
    assert [attempt.status for attempt in world.courier.attempts] == [500, 204]


async def test_attempts_come_after_0_1_3_7_15_seconds(make_world: MakeWorld) -> None:
    times: list[float] = []

    async def fail(_url: str, _headers: Sequence[tuple[str, str]], _body: bytes, _chunked: bool) -> int:
        times.append(asyncio.get_running_loop().time())
        return 500

    scale = 0.02
    world = make_world(pace=Pace(0, scale, 1.0), deliver=fail)
    world.add_contact(ADA, "Ada")
    world.say(ADA, "hi")
    await world.settle()
    gaps = [(later - earlier) / scale for earlier, later in pairwise(times)]
    # Never early; late by what a busy machine takes to wake us.
    assert len(gaps) == 4
    assert all(0.9 * due <= gap <= due + 12 for gap, due in zip(gaps, (1, 2, 4, 8), strict=True)), gaps


async def test_hanging_receiver_is_tried_three_times_within_the_budget(make_world: MakeWorld) -> None:
    started: list[float] = []

    async def hang(_url: str, _headers: Sequence[tuple[str, str]], _body: bytes, _chunked: bool) -> int:
        started.append(asyncio.get_running_loop().time())
        await asyncio.sleep(60)
        return 200

    scale = 0.05
    world = make_world(pace=Pace(0, scale, scale), deliver=hang)
    world.add_contact(ADA, "Ada")
    world.say(ADA, "hi")
    begun = asyncio.get_running_loop().time()
    await world.settle()
    assert [round((at - started[0]) / scale) for at in started] == pytest.approx([0, 11, 23], abs=3)
    assert (asyncio.get_running_loop().time() - begun) / scale < 40
    assert {attempt.error for attempt in world.courier.attempts} == {"timed out"}


async def test_refused_connection_is_an_attempt(make_world: MakeWorld) -> None:
    async def refuse(*_given: object) -> int:
        raise ConnectionRefusedError("refused")

    world = make_world(deliver=refuse)
    world.add_contact(ADA, "Ada")
    world.say(ADA, "hi")
    await world.settle()
    assert [attempt.error for attempt in world.courier.attempts] == ["refused"] * 5


async def test_urls_are_served_in_order(make_world: MakeWorld, receiver: Receiver) -> None:
    world = make_world(webhook_url="http://a.example/, http://b.example/")
    world.add_contact(ADA, "Ada")
    receiver.answers = [500, 200, 200]
    world.say(ADA, "hi")
    await world.settle()
    assert [url for url, *_rest in receiver.requests] == ["http://a.example/"] * 2 + ["http://b.example/"]


async def test_whitelist_names_events_exactly(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    await client.post("/_sandbox/webhooks", json={"events": "Message.Ack , call.offer"})
    world.say(ADA, "hi")
    await client.post("/send/message", json={"phone": ADA, "message": "hello"})
    await world.settle()
    assert {event["event"] for event in receiver.events} == {"message.ack"}


async def test_ignored_jids(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    world.add_contact("15550000102", "Bob")
    await client.post("/_sandbox/webhooks", json={"ignore_jids": f"{ADA}@s.whatsapp.net, @g.us"})
    world.say(ADA, "unheard")
    world.say("15550000102", "heard")
    await world.settle()
    assert [payload["body"] for payload in receiver.named("message")] == ["heard"]


async def test_duplicates_and_drops(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    await client.post("/_sandbox/webhooks", json={"duplicate": 2, "drop": 1})
    world.say(ADA, "lost")
    world.say(ADA, "threefold")
    await world.settle()
    assert [payload["body"] for payload in receiver.named("message")] == ["threefold"] * 3


async def test_reordering_shuffles_and_loses_nothing(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    await client.post("/_sandbox/webhooks", json={"reorder": 8})
    for number in range(8):
        world.say(ADA, str(number))
    await world.settle()
    texts = [payload["body"] for payload in receiver.named("message")]
    assert sorted(texts) == [str(number) for number in range(8)]
    assert texts != sorted(texts)


async def test_wrong_signature_and_reset(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    for change in ({"sign_with": "wrong"}, {"reset": True}):
        await client.post("/_sandbox/webhooks", json=change)
        world.say(ADA, "hi")
        await world.settle()
    signed = [(headers["X-Hub-Signature-256"], body) for _url, headers, body, _chunked in receiver.requests]
    assert signed[0][0] == wire.signature("wrong", signed[0][1])
    assert signed[1][0] == wire.signature("secret", signed[1][1])


async def test_any_event_and_any_bytes_can_be_sent(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    await client.post("/_sandbox/emit", json={"event": "label.edit", "payload": {"label_id": "4"}})
    await client.post("/_sandbox/emit", json={"raw": "not json"})
    await world.settle()
    bodies = [body for _url, _headers, body, _chunked in receiver.requests]
    assert sorted(bodies) == [
        b"not json",
        b'{"device_id":"15550000001@s.whatsapp.net","event":"label.edit",'
        b'"payload":{"label_id":"4"},"session_id":"demo"}',
    ]


async def test_deliveries_tell_every_attempt(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.answers = [500]
    message_id = world.say(ADA, "hi")
    await world.settle()
    listed = (await client.get("/_sandbox/deliveries")).json()["deliveries"]
    assert [(one["message_id"], one["attempt"], one["status"]) for one in listed] == [
        (message_id, 1, 500),
        (message_id, 2, 200),
    ]
    later = (await client.get("/_sandbox/deliveries", params={"after": listed[0]["n"]})).json()["deliveries"]
    assert len(later) == 1
