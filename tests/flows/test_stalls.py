"""Slow clients: while they hold their connections, everybody else's pages are as quick as ever."""

from __future__ import annotations

import base64
import re
import select
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from rookery.sandbox.thread import SandboxThread
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox

ADA = "15550000101"
EACH = 5

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def box(make_box: MakeBox, gateway: SandboxThread) -> Box:
    """With one conversation that holds a file of 24 MB, more than any socket's buffers."""
    made = make_box()
    made.set_up(gateway.url)
    world = gateway.world
    world.hook.url, world.hook.secret = made.webhook_url, made.secret
    made.start()
    world.add_contact(ADA, "Ada Example")
    file = {"name": "long.pdf", "base64": base64.b64encode(b"%PDF-1.4\n" + bytes(24_000_000)).decode()}
    world.say(ADA, kind="document", file=file)
    query = "SELECT count(*) FROM conversations_attachment WHERE state = 'stored'"
    wait_until(lambda: made.database.value(query) == 1, 30, "the file")
    return made


def connect(box: Box, head: str) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", box.port), 10)
    made.sendall(head.encode())
    return made


def cookies_of(client: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def stalled_uploads(box: Box, client: httpx.Client, conversation: str) -> Iterator[socket.socket]:
    """Each says that 20 MB follow, sends one and falls silent."""
    for _ in range(EACH):
        made = connect(
            box,
            f"POST {conversation}/messages HTTP/1.1\r\nHost: 127.0.0.1:{box.port}\r\nCookie: {cookies_of(client)}\r\n"
            f"X-CSRFToken: {client.headers['X-CSRFToken']}\r\nOrigin: {box.url}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 20000000\r\n\r\n"
            '--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n',
        )
        made.sendall(bytes(1_000_000))
        yield made


def unread_downloads(box: Box, client: httpx.Client, path: str) -> Iterator[socket.socket]:
    """Each asks for the large file and reads nothing of it."""
    for _ in range(EACH):
        yield connect(
            box, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{box.port}\r\nCookie: {cookies_of(client)}\r\n\r\n"
        )


def answered(held: list[socket.socket]) -> int:
    """On how many of them something can be read."""
    return len(select.select(held, [], [], 0)[0])


def page_seconds(client: httpx.Client, path: str) -> list[float]:
    found = []
    for _ in range(12):
        begun = time.monotonic()
        assert client.get(path).status_code == 200
        found.append(time.monotonic() - begun)
    return found


def test_page_answers_in_its_usual_time_while_five_uploads_stall_and_five_downloads_are_not_read(
    box: Box,
) -> None:
    client = box.signed_in()
    found = re.search(r'href="(/conversations/\d+)"', client.get("/inbox").text)
    assert found
    link = re.search(r'"(/attachments/[0-9a-f-]+/document[^"]*)"', client.get(found[1]).text)
    assert link
    usual = statistics.median(page_seconds(client, found[1]))
    with ExitStack() as stack:
        uploads = [stack.enter_context(held) for held in stalled_uploads(box, client, found[1])]
        downloads = [stack.enter_context(held) for held in unread_downloads(box, client, link[1])]
        time.sleep(0.5)
        assert answered(downloads) == EACH, "the downloads have not begun"
        now = page_seconds(client, found[1])
        assert statistics.median(now) < 3 * usual + 0.05, (usual, now)
        assert max(now) < 2.0, (usual, now)
        assert client.get("/inbox").status_code == 200
        assert answered(uploads) == 0, "the uploads were refused, so nothing was stalled"
