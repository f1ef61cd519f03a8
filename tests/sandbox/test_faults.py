"""Each fault: what the caller sees, whether it was sent, and whether a row remains."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from rookery.sandbox import samples
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, MakeWorld, Receiver, client_of


async def order(client: httpx.AsyncClient, **fault: Any) -> None:
    answer = await client.post("/_sandbox/faults", json=fault)
    assert answer.status_code == 200, answer.text


async def send(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/send/message", json={"phone": ADA, "message": "x"})


async def rows(client: httpx.AsyncClient) -> int:
    answer = await client.get(f"/chat/{ADA}@s.whatsapp.net/messages", params={"is_from_me": "true"})
    return len(answer.json()["results"]["data"] or []) if answer.status_code == 200 else 0


@pytest.mark.parametrize(
    ("fault", "error", "sent"),
    [
        ({"mode": "reset"}, httpx.ReadError, 0),
        ({"mode": "timeout_before"}, httpx.RemoteProtocolError, 0),
        ({"mode": "timeout_after", "seconds": 0.01}, httpx.RemoteProtocolError, 1),
    ],
)
async def test_broken_connections(
    world: World, client: httpx.AsyncClient, fault: dict[str, Any], error: type[Exception], sent: int
) -> None:
    await order(client, path="/send", **fault)
    with pytest.raises(error):
        await send(client)
    assert len(world.screen(ADA)) == await rows(client) == sent
    assert (await send(client)).status_code == 200


async def test_refuse_in_process_is_a_connect_error(world: World, client: httpx.AsyncClient) -> None:
    await order(client, mode="refuse", seconds=30)
    with pytest.raises(httpx.ConnectError):
        await send(client)
    await client.post("/_sandbox/faults/clear", json={})
    assert (await send(client)).status_code == 200


async def test_refuse_takes_no_path(client: httpx.AsyncClient) -> None:
    answer = await client.post("/_sandbox/faults", json={"mode": "refuse", "path": "/send"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("fault", "status", "code", "sent", "stored"),
    [
        ({"status": 500, "message": "websocket not connected"}, 500, "INTERNAL_SERVER_ERROR", 0, 0),
        (
            {"status": 500, "message": "context deadline exceeded", "executed": True},
            500,
            "INTERNAL_SERVER_ERROR",
            1,
            0,
        ),
        ({"status": 504, "executed": True}, 504, "GATEWAY_TIMEOUT", 1, 0),
        ({"status": 500, "executed": True}, 500, "INTERNAL_SERVER_ERROR", 1, 1),
        ({"code": "WA_REACHOUT_TIMELOCK"}, 429, "WA_REACHOUT_TIMELOCK", 0, 0),
        ({"status": 401}, 401, "AUTHENTICATION_ERROR", 0, 0),
    ],
)
async def test_ordered_answers(
    world: World,
    client: httpx.AsyncClient,
    fault: dict[str, Any],
    status: int,
    code: str,
    sent: int,
    stored: int,
) -> None:
    await order(client, mode="status", path="/send", **fault)
    answer = await send(client)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (len(world.screen(ADA)), await rows(client)) == (sent, stored)


async def test_plain_text_answers(client: httpx.AsyncClient) -> None:
    await order(client, mode="status", status=401, body="Unauthorized")
    answer = await send(client)
    assert (answer.status_code, answer.text) == (401, "Unauthorized")
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("executed", [False, True])
async def test_garbage_comes_with_200(world: World, client: httpx.AsyncClient, executed: bool) -> None:
    await order(client, mode="garbage", executed=executed)
    answer = await send(client)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert len(world.screen(ADA)) == executed


async def test_path_times_and_after_choose_requests(client: httpx.AsyncClient) -> None:
    await order(client, mode="status", status=500, path="/message/*/read", times=2, after=1)
    codes = [(await client.post("/message/X/read", json={"phone": ADA})).status_code for _number in range(4)]
    assert codes == [200, 500, 500, 200]
    assert (await client.get("/_sandbox/faults")).json() == {"faults": []}


@pytest.mark.parametrize("body", [{"mode": "nonsense"}, {}, {"mode": "slow", "colour": 1}])
async def test_senseless_faults_are_refused(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await client.post("/_sandbox/faults", json=body)).status_code == 400


async def test_panic_is_the_gateway_s_own_500(client: httpx.AsyncClient) -> None:
    await order(client, mode="panic", path="/user/avatar")
    answer = await client.get("/user/avatar", params={"phone": ADA})
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_SERVER_ERROR")
    assert "nil pointer dereference" in answer.json()["message"]
    assert "results" not in answer.json()


async def test_408_alone_is_the_avatar_s_time_out(client: httpx.AsyncClient) -> None:
    await order(client, mode="status", status=408, path="/user/avatar")
    answer = await client.get("/user/avatar", params={"phone": ADA})
    assert answer.json() == {"code": "CONTEXT_ERROR", "message": "Error timeout get avatar!"}


async def test_hanging_request_never_gets_an_answer(world: World, client: httpx.AsyncClient) -> None:
    await order(client, mode="hang", path="/group/*")
    hanging = asyncio.create_task(client.get("/group/info", params={"group_id": "1@g.us"}))
    while world.faults.open:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert (await send(client)).status_code == 200, "others are answered meanwhile"
    assert not hanging.done()
    hanging.cancel()
    await order(client, mode="hang", path="/group/*", seconds=0.01)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get("/group/info", params={"group_id": "1@g.us"})


async def _picture_path(world: World, receiver: Receiver) -> str:
    world.say(ADA, kind="image")
    await world.settle()
    return "/" + str(receiver.named("message")[-1]["image"])


async def test_file_may_be_cut_off_or_trickle(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    path = await _picture_path(world, receiver)
    await order(client, mode="cut", path="/statics/*")
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(path)
    await order(client, mode="trickle", path="/statics/*", seconds=0.02)
    assert (await client.get(path)).content == samples.picture("JPEG")
    await order(client, mode="slow", path="/statics/*", seconds=0.01)
    assert (await client.get(path)).content == samples.picture("JPEG")


@pytest.mark.parametrize(
    ("profile", "slots", "auth", "status"),
    [
        ("v7", 1, None, 401), ("v7", 1, ("admin", "sandbox"), 404),
        ("v8", 1, None, 401), ("v8", 1, ("admin", "sandbox"), 404), ("v8", 2, ("admin", "sandbox"), 400),
        ("v9", 2, None, 401), ("v9", 2, ("admin", "sandbox"), 400),
    ],
)  # fmt: skip
async def test_missing_static_file_falls_through_the_other_checks(
    make_world: MakeWorld, profile: str, slots: int, auth: tuple[str, str] | None, status: int
) -> None:
    world = make_world(profile)
    if slots == 2:
        world.add_device("second", "15550000002")
    async with client_of(world, auth) as client:
        answer = await client.get("/statics/media/1772636820-gone.jpe")
    assert answer.status_code == status


async def test_requests_of_v7_have_no_deadline(make_world: MakeWorld) -> None:
    for profile, status in (("v7", 200), ("v8", 504)):
        world = make_world(profile, pace=Pace(0, 0, 0.0005))
        world.add_contact(ADA, "Ada")
        async with client_of(world) as client:
            await order(client, mode="slow", path="/send", seconds=0.1)
            assert (await send(client)).status_code == status
