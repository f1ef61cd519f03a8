"""Which door answers which address, and when it opens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from rookery.doors.application import Application
from rookery.doors.front import Front
from rookery.doors.static import Static
from rookery.intake.door import Door
from tests.doors.asking import HOST, ask


async def stream(scope: Any, receive: Any, send: Any) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
    )
    await send({"type": "http.response.body", "body": b"stream"})


def django(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [f"django {environ['HTTP_HOST']}".encode()]


@pytest.fixture
def make(data_dir: Path, transactional_db: None) -> Callable[..., Application]:
    (data_dir / "static" / "web").mkdir(parents=True)
    (data_dir / "static" / "web" / "a.js").write_text("script")

    def build(hosts: list[str] | None = None) -> Application:
        door = Door(data_dir / "spool", spool_size=65536)
        front = Front(django, data_dir / "bodies", 1000)
        return Application(door, stream, Static([data_dir / "static"]), front, hosts=hosts or [HOST])

    return build


@pytest.mark.parametrize(("path", "host", "status", "body"), [
    ("/inbox", HOST, 200, f"django {HOST}"),
    ("/inbox", "evil.test", 200, "django evil.test"),  # Django checks it by itself
    ("/live", HOST, 200, "stream"),
    ("/live", f"{HOST}:8000", 200, "stream"),
    ("/live", "evil.test", 400, "no such host here\n"),
    ("/livestock", HOST, 200, f"django {HOST}"),
    ("/static/web/a.js", HOST, 200, "script"),
    ("/static/web/a.js", "evil.test", 400, "no such host here\n"),
    ("/health/live", "evil.test", 200, "ok\n"),
    ("/health/ready", "10.0.0.9", 200, f"django {HOST}"),
    ("/webhooks/whatsapp/+15550000001", "evil.test", 405, None),
    ("/webhooks/whatsapp", "evil.test", 405, None),
    ("/webhooks/whatsappy", HOST, 200, f"django {HOST}"),
    ("/webhooks/chatwoot", HOST, 200, f"django {HOST}"),
])  # fmt: skip
async def test_door_is_chosen_by_address(
    make: Callable[..., Application], path: str, host: str, status: int, body: str | None
) -> None:
    application = make()
    await application.start()
    await application.open()
    reply = await ask(application, path, headers={"host": host})
    await application.stop()
    assert reply.status == status
    assert body is None or reply.body.decode() == body


async def test_only_webhooks_and_life_sign_answer_when_the_database_is_not_ready(
    make: Callable[..., Application],
) -> None:
    application = make()
    await application.start()
    assert (await ask(application, "/health/live")).status == 200
    assert (await ask(application, "/webhooks/whatsapp/+15550000001")).status == 405
    for path in ("/", "/inbox", "/live", "/static/web/a.js", "/health/ready", "/api/v1/profile"):
        reply = await ask(application, path)
        assert (reply.status, reply.header("retry-after")) == (503, "2")
        assert b"starting" in reply.body
        assert "default-src 'none'" in (reply.header("content-security-policy") or "")
    await application.open()
    assert (await ask(application, "/inbox")).status == 200
    await application.stop()


async def test_doors_open_when_a_lifespan_server_is_told_it_is_ready(
    make: Callable[..., Application],
) -> None:
    application, ready = make(), threading.Event()
    application._ready = ready.is_set
    coming: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    said: list[str] = []

    async def send(message: Any) -> None:
        said.append(message["type"])

    life = asyncio.create_task(application({"type": "lifespan"}, coming.get, send))
    await coming.put({"type": "lifespan.startup"})
    await asyncio.sleep(0.2)
    assert (said, application.is_open) == (["lifespan.startup.complete"], False)
    ready.set()
    async with asyncio.timeout(5):
        while not application.is_open:  # noqa: ASYNC110 -- what a server sees
            await asyncio.sleep(0.01)
    await coming.put({"type": "lifespan.shutdown"})
    await life
    assert said[-1] == "lifespan.shutdown.complete"


@pytest.mark.parametrize(("allowed", "host", "status"), [
    (["*"], "any.test", 200), ([".example.com"], "a.example.com", 200), ([".example.com"], "example.org", 400),
    (["[::1]"], "[::1]:8000", 200), ([HOST], "", 400), ([HOST], f"{HOST}/x", 400),
])  # fmt: skip
async def test_hosts_are_judged_by_djangos_rule(
    make: Callable[..., Application], allowed: list[str], host: str, status: int
) -> None:
    application = make(allowed)
    await application.start()
    await application.open()
    assert (await ask(application, "/live", headers={"host": host})).status == status
    await application.stop()


def test_application_is_made_once_when_another_server_asks_for_it(data_dir: Path) -> None:
    from rookery import asgi
    from rookery.intake import presence

    try:
        made = asgi.application
        assert isinstance(made, Application)
        assert asgi.application is made
        with pytest.raises(AttributeError):
            _ = asgi.something_else
    finally:
        presence.listen(None)
        vars(asgi).pop("application", None)
        made._front.stop()
