"""From ASGI to WSGI and back, without a thread that waits for a client."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rookery.doors import front as fronts
from rookery.doors.front import Front
from rookery.doors.routes import is_slow
from tests.doors.asking import ask

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[App], Front]]:
    made: list[Front] = []

    def build(app: App) -> Front:
        made.append(Front(app, tmp_path / "bodies", 1_000_000))
        return made[-1]

    yield build
    for front in made:
        front.stop()


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Tells what it was asked."""
    body = environ["wsgi.input"].read()
    names = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH", "CONTENT_TYPE", "REMOTE_ADDR", "HTTP_HOST",
             "HTTP_API_ACCESS_TOKEN", "wsgi.url_scheme")  # fmt: skip
    text = "\n".join(f"{name}={environ.get(name)}" for name in names)
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Body", body.decode("latin-1")[:50])])
    return [text.encode()]


async def test_request_arrives_as_it_was_sent_when_it_passes(make: Any) -> None:
    reply = await ask(make(echo), "/a/é b", method="POST", chunks=[b"he", b"llo"], query=b"q=1&x=\xff \"",
                      headers={"content-type": "text/x", "transfer-encoding": "chunked", "content-length": "5"})  # fmt: skip
    lines = dict(line.split("=", 1) for line in reply.body.decode().splitlines())
    assert reply.header("x-body") == "hello"
    assert lines["PATH_INFO"].encode("latin-1").decode() == "/a/é b"
    assert lines["QUERY_STRING"] == 'q=1&x=%FF%20"'
    assert (lines["CONTENT_LENGTH"], lines["CONTENT_TYPE"], lines["REMOTE_ADDR"]) == (
        "5",
        "text/x",
        "192.0.2.1",
    )
    assert reply.header("content-length") == str(len(reply.body))


async def test_django_does_not_see_what_is_internal_when_somebody_sends_it(make: Any) -> None:
    headers = {"api_access_token": "token", "x-rookery-file": "a", "x_api_access_token": "b", "host_": "c"}
    reply = await ask(make(echo), headers=headers)
    assert b"HTTP_API_ACCESS_TOKEN=token" in reply.body


async def test_chunked_body_has_a_length_when_django_sees_it(make: Any) -> None:
    reply = await ask(make(echo), method="POST", chunks=[b"abc"], headers={"transfer-encoding": "chunked"})
    assert b"CONTENT_LENGTH=3" in reply.body


async def test_head_has_no_body_when_the_view_made_one(make: Any) -> None:
    reply = await ask(make(echo), method="HEAD")
    assert reply.body == b""
    assert int(reply.header("content-length") or 0) > 0


async def test_large_answer_leaves_in_pieces_when_it_does_not_fit_in_memory(make: Any) -> None:
    closed: list[bool] = []

    class Stream:
        def __iter__(self) -> Iterator[bytes]:
            for number in range(40):
                yield bytes([number]) * 100_000

        def close(self) -> None:
            closed.append(True)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Stream()

    reply = await ask(make(app))
    assert reply.body == b"".join(bytes([number]) * 100_000 for number in range(40))
    assert reply.header("content-length") == "4000000"
    assert max(map(len, reply.pieces)) <= fronts._CHUNK
    assert closed == [True]


async def test_answer_is_500_and_nothing_is_told_when_the_application_fails(
    make: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise ZeroDivisionError("a secret")

    reply = await ask(make(app))
    assert reply.status == 500
    assert b"secret" not in reply.body
    assert "the application failed" in caplog.text


async def test_no_length_is_added_when_there_is_no_content(make: Any) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("204 No Content", [])
        return []

    assert (await ask(make(app))).header("content-length") is None


async def test_page_is_answered_when_every_slow_route_is_stuck(make: Any) -> None:
    go_on = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/numbers":
            go_on.wait(20)
        start_response("200 OK", [])
        return [threading.current_thread().name.encode()]

    front = make(app)
    stuck = [asyncio.create_task(ask(front, "/numbers")) for _ in range(8)]
    await asyncio.sleep(0.1)
    begun = time.monotonic()
    assert (await ask(front, "/inbox")).body.startswith(b"pages")
    assert time.monotonic() - begun < 1
    go_on.set()
    assert {reply.body[:4] for reply in await asyncio.gather(*stuck)} == {b"slow"}


async def test_request_is_refused_when_too_many_wait(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fronts, "_QUEUE", 1)
    go_on = threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        go_on.wait(20)
        start_response("200 OK", [])
        return []

    front = make(app)
    asked = [asyncio.create_task(ask(front)) for _ in range(4)]
    await asyncio.sleep(0.1)
    go_on.set()
    statuses = [reply.status for reply in await asyncio.gather(*asked)]
    assert sorted(statuses) == [200, 200, 503, 503]


@pytest.mark.parametrize(("path", "slow"), [
    ("/inbox", False), ("/", False), ("/conversations/7", False), ("/conversations/7/messages", False), ("/numbers", True),
    ("/numbers/3", True), ("/sign-in", True), ("/setup/abc", True), ("/health/ready", True), ("/metrics", True),
    ("/api/v1/accounts/1/inboxes", True), ("/api/v1/accounts/1/conversations", False), ("/api/v1/profile", False),
    ("/attachments/ab/retry", True), ("/attachments/ab/thumb", False), ("/numbersx", False),
])  # fmt: skip
def test_pool_is_chosen_by_address(path: str, slow: bool) -> None:
    assert is_slow(path) is slow
