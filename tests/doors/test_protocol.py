"""Deadlines and the connection cap, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rookery.doors import bodies, protocol
from rookery.doors.front import Front
from rookery.doors.protocol import Protocol
from tests.doors.conftest import Server

pytestmark = pytest.mark.slow

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
Serve = Callable[[Any], Server]


@contextlib.contextmanager
def connected(server: Server, data: bytes = b"", **more: Any) -> Iterator[socket.socket]:
    with contextlib.closing(server.connect(**more)) as client:
        client.sendall(data)
        yield client


def answer(client: socket.socket) -> bytes:
    """Everything until the other side closes; a reset counts as that."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(65536):
            found += piece
    return found


def status(client: socket.socket) -> int:
    return int(client.recv(65536).split()[1])


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"hi"})


async def endless(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    for _ in range(5000):  # once the client has gone this costs nothing and waits for nobody
        await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        await asyncio.sleep(0)


def page(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """A WSGI application: a page at once, or a large download."""
    body = b"page" if environ["PATH_INFO"] != "/download" else b"x" * 20_000_000
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    made = Front(page, tmp_path / "bodies", 1_000_000)
    yield made
    made.stop()


def test_page_is_quick_when_five_uploads_stall_and_five_downloads_are_not_read(
    serve: Serve, front: Front
) -> None:
    server = serve(front)
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(
                connected(server, b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nonly this")
            )
            stack.enter_context(connected(server, b"GET /download HTTP/1.1\r\nHost: a\r\n\r\n", buffer=4096))
        time.sleep(0.5)
        times = []
        for _ in range(21):
            begun = time.monotonic()
            with connected(server, b"GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as client:
                assert answer(client).endswith(b"page")
            times.append(time.monotonic() - begun)
    assert sorted(times)[10] < 0.2
    assert max(times) < 3, "one request may meet a busy machine, but none waits for a client"


def test_connection_ends_when_its_head_does_not_come(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD", 0.3)
    server = serve(hello)
    begun = time.monotonic()
    with connected(server) as silent, connected(server, b"GET / HTTP/1.1\r\nHost:") as slow:
        for number in range(10):
            with contextlib.suppress(OSError):
                slow.sendall(b"a%d" % number)
                time.sleep(0.05)
        assert answer(silent) == answer(slow) == b""
    assert time.monotonic() - begun < 3


def test_second_request_has_its_own_deadline_when_the_connection_is_kept(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD", 0.4)
    server = serve(hello)
    with connected(server, GET) as client:
        assert status(client) == 200
        time.sleep(0.6)  # longer than a head may take, but nothing was begun
        client.sendall(GET)
        assert status(client) == 200
        client.sendall(b"GET / HT")
        begun = time.monotonic()
        assert answer(client) == b""
        assert time.monotonic() - begun < 2


def test_huge_head_is_refused_when_it_keeps_coming(serve: Serve) -> None:
    server = serve(hello)
    with connected(server, b"GET / HTTP/1.1\r\nHost: a\r\nX: ") as client:
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                client.sendall(b"y" * 4096)
                time.sleep(0.002)
        assert answer(client)[:12] in (b"HTTP/1.1 431", b"")


def test_answer_is_cut_when_nobody_reads_it(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "UNREAD", 0.3)
    server = serve(endless)
    with connected(server, GET, buffer=4096):
        deadline = time.monotonic() + 5
        time.sleep(0.1)
        while server.connections and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.connections == 0


def test_download_goes_on_when_it_is_read_slowly(
    serve: Serve, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "UNREAD", 0.5)
    server = serve(front)
    request = b"GET /download HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with connected(server, request, buffer=65536) as client:
        size, begun = 0, time.monotonic()
        while piece := client.recv(65536):
            size += len(piece)
            time.sleep(max(begun + size / 14_000_000 - time.monotonic(), 0))
        assert size > 20_000_000
        assert time.monotonic() - begun > 0.8, "longer than one pause may be"


def test_sender_is_cut_when_it_goes_on_after_its_answer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "LINGER", 0.3)
    server = serve(hello)
    with connected(server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n") as client:
        assert status(client) == 200
        begun = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - begun < 5:
                client.sendall(b"x" * 1000)
                time.sleep(0.01)
        assert time.monotonic() - begun < 3


def test_body_that_stalls_is_refused_when_its_time_is_over(
    serve: Serve, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "DEADLINE", 0.3)
    server = serve(front)
    with connected(server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\nx") as client:
        assert answer(client).startswith(b"HTTP/1.1 408")


def test_longest_silent_connection_makes_room_when_there_are_too_many(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(hello)
    monkeypatch.setattr(Protocol, "most_connections", 5)
    with contextlib.ExitStack() as stack:
        silent = [stack.enter_context(connected(server)) for _ in range(5)]
        time.sleep(0.1)
        for _ in range(3):
            client = stack.enter_context(connected(server, GET))
            assert status(client) == 200
        assert [answer(client) for client in silent[:3]] == [b"", b"", b""]
        silent[3].sendall(GET)
        assert status(silent[3]) == 200


def test_new_connection_is_refused_when_all_are_at_work(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(endless)
    monkeypatch.setattr(Protocol, "most_connections", 3)
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            assert status(stack.enter_context(connected(server, GET))) == 200
        assert answer(stack.enter_context(connected(server, GET))) == b""


def test_connection_is_closed_soon_when_it_is_idle(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    from rookery.doors import serving

    monkeypatch.setattr(serving, "KEEP_ALIVE", 1)
    server = serve(hello)
    with connected(server, GET) as client:
        assert status(client) == 200
        begun = time.monotonic()
        assert answer(client) == b""
        assert 0.5 < time.monotonic() - begun < 3


def test_server_says_nothing_about_itself_when_it_answers(serve: Serve) -> None:
    with connected(serve(hello), GET) as client:
        head = client.recv(65536).lower()
    assert b"server:" not in head
    assert b"uvicorn" not in head
