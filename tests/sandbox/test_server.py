"""The sandbox on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from rookery.sandbox.pace import Pace
from rookery.sandbox.scenario import Scenario
from rookery.sandbox.server import SandboxServer, check_loopback, running
from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA


@pytest.fixture
async def server() -> AsyncIterator[SandboxServer]:
    world = World(pace=Pace(0, 0, 1))
    world.add_device()
    world.add_contact(ADA, "Ada Example")
    async with running(world) as started:
        yield started


def client_of(server: SandboxServer) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, auth=("admin", "sandbox"), trust_env=False)


async def test_message_over_the_socket(server: SandboxServer) -> None:
    async with client_of(server) as client:
        answer = await client.post("/send/message", json={"phone": ADA, "message": "hi"})
    assert answer.status_code == 200
    assert server.world.screen(ADA)[0]["text"] == "hi"


@pytest.mark.parametrize(
    ("mode", "error", "sent"),
    [
        ("reset", httpx.ReadError, 0),
        ("timeout_before", httpx.RemoteProtocolError, 0),
        ("timeout_after", httpx.RemoteProtocolError, 1),
    ],
)
async def test_connections_break(server: SandboxServer, mode: str, error: type[Exception], sent: int) -> None:
    async with client_of(server) as client:
        await client.post("/_sandbox/faults", json={"mode": mode, "path": "/send"})
        with pytest.raises(error):
            await client.post("/send/message", json={"phone": ADA, "message": "hi"})
    assert len(server.world.screen(ADA)) == sent


async def test_file_is_cut_off_in_the_middle(server: SandboxServer) -> None:
    server.world.add_contact(ADA, avatar=True)
    async with client_of(server) as client:
        url = (await client.get("/user/avatar", params={"phone": ADA})).json()["results"]["url"]
        await client.post("/_sandbox/faults", json={"mode": "cut", "path": "/statics/avatars"})
        async with client.stream("GET", url) as answer:
            promised, came = int(answer.headers["content-length"]), 0
            with pytest.raises(httpx.RemoteProtocolError):
                async for piece in answer.aiter_raw():
                    came += len(piece)
    assert 0 < came < promised


async def test_refuse_closes_the_listener_and_opens_it_again(server: SandboxServer) -> None:
    async with client_of(server) as client:
        answer = await client.post("/_sandbox/faults", json={"mode": "refuse", "seconds": 0.3})
        assert answer.json() == {"mode": "refuse", "seconds": 0.3}
        await asyncio.sleep(0.05)
        with pytest.raises(httpx.ConnectError):
            await client.get("/health")
        await asyncio.sleep(0.5)
        assert (await client.get("/health")).text == "OK"


async def test_webhooks_are_chunked_on_the_wire(server: SandboxServer) -> None:
    seen: list[bytes] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"0\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(receive, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        server.world.hook.url = f"http://127.0.0.1:{port}/webhooks/whatsapp/1"
        server.world.say(ADA, "hi")
        await server.world.settle()
    head = seen[0].partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert head[0] == b"POST /webhooks/whatsapp/1 HTTP/1.1"
    names = [line.partition(b":")[0] for line in head[1:]]
    assert names == [
        b"Host",
        b"User-Agent",
        b"Transfer-Encoding",
        b"Content-Type",
        b"X-Hub-Signature-256",
        b"Accept-Encoding",
    ]
    assert [attempt.status for attempt in server.world.courier.attempts] == [200]


@pytest.mark.parametrize("profile_reposts", [False, True])
async def test_redirects_are_followed_as_the_build_does(profile_reposts: bool) -> None:
    methods: list[bytes] = []

    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        methods.append(head.split(b" ")[0])
        status = b"307 X" if b" /first " in head else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\nLocation: /second\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(receive, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        world = World("v9" if profile_reposts else "v8", pace=Pace(0, 0, 1))
        status = await world.courier.deliver(f"http://127.0.0.1:{port}/first", [("A", "b")], b"x", False)
        await world.close()
    assert (status, methods) == ((200, [b"POST", b"POST"]) if profile_reposts else (307, [b"POST"]))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "gateway.example", "::"])
def test_other_hosts_than_loopback_are_refused(host: str) -> None:
    with pytest.raises(ValueError, match="loopback"):
        check_loopback(host)


async def test_people_of_the_demo_have_a_past_and_answer() -> None:
    world = World(pace=Pace(0, 0, 1))
    world.add_device()
    scenario = Scenario(world)
    scenario.introduce()
    told = scenario.tell_history()
    assert len(told) > 10
    assert scenario.tell_history() == []
    assert {message.kind for found in world.chats.values() for message in found} >= {
        "image",
        "audio",
        "document",
    }
    world.on_outgoing.append(scenario._heard)
    async with running(world) as server, client_of(server) as client:
        before = len(world.screen("15550000104"))
        await client.post("/send/message", json={"phone": "15550000104", "message": "thanks"})
        await world.settle()
    assert len(world.chats["15550000001", "15550000104"]) == before + 2


async def test_world_driven_from_another_thread(server: SandboxServer) -> None:
    await asyncio.to_thread(server.world.say, ADA, "from a thread")
    await asyncio.sleep(0.01)
    await server.world.settle()
    assert server.world.screen(ADA)[0]["text"] == "from a thread"


def test_sandbox_in_a_thread_serves_synchronous_tests() -> None:
    world = World(pace=Pace(0, 0, 1))
    world.add_device()
    world.add_contact(ADA, "Ada Example")
    with SandboxThread(world) as gateway:
        body = {"phone": ADA, "message": "hi"}
        answer = httpx.post(
            f"{gateway.url}/send/message", auth=("admin", "sandbox"), json=body, trust_env=False
        )
        assert answer.status_code == 200
        gateway.settle()
    assert world.chats["15550000001", ADA][0].status == "read"


async def test_taken_port_is_an_os_error(server: SandboxServer) -> None:
    with pytest.raises(OSError, match="in use"):
        await SandboxServer(server.world, port=server.port).start()
