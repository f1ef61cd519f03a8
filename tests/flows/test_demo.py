"""`rookery demo`, as somebody sees it who has just installed it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.flows.box import Box, free_port, processes_of, wait_until

BIA = "15550000777"
STEPS = ["sent", "delivered", "read"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


@dataclass
class Demo:
    """A running demo and what it printed."""

    box: Box
    process: subprocess.Popen[bytes]
    gateway: str
    words: str

    @property
    def link(self) -> str:
        """The sign-in address of the last lines."""
        found = re.search(r"http://\S+/enter/\S+", self.words)
        assert found, self.words
        return found[0]

    def control(self, path: str, **fields: object) -> dict[str, object]:
        answer = httpx.post(f"{self.gateway}/_sandbox{path}", json=fields, timeout=10)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert isinstance(found, dict)
        return found

    def screen(self, phone: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = httpx.get(
            f"{self.gateway}/_sandbox/contacts/{phone}/screen", timeout=10
        ).json()["messages"]
        return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    box, port = Box(tmp_path / "box"), free_port()
    process = box.start(wait=False, command=("demo", "--quiet-world", "--gateway-port", str(port)))
    try:
        wait_until(
            lambda: process.poll() is not None or "Ctrl-C" in box.out_log.read_text(),
            60,
            "the demo's last lines",
        )
        assert process.poll() is None, box.log_end()
        yield Demo(box, process, f"http://127.0.0.1:{port}", box.out_log.read_text())
    finally:
        box.close()


def use_link(client: httpx.Client, link: str) -> httpx.Response:
    """Open the address and press its button."""
    page = client.get(link)
    assert page.status_code == 200, page.status_code
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text
    return client.post(link, data={"csrfmiddlewaretoken": token[1]}, headers={"Referer": link})


def watch_state(demo: Demo, text: str, seen: list[str], ended: threading.Event) -> None:
    """Note every state the message is seen in."""
    query = "SELECT state FROM conversations_message WHERE content = ?"
    while not ended.wait(0.02):
        for state in demo.box.database.column(query, text):
            if not seen or seen[-1] != state:
                seen.append(state)


def test_demo_brings_a_message_to_the_page_and_its_answer_to_the_phone(demo: Demo) -> None:
    assert demo.gateway in demo.words
    assert demo.box.url in demo.words
    assert "admin@example.com" in demo.words
    client = demo.box.client(follow_redirects=True)
    entered = use_link(client, demo.link)
    assert (entered.status_code, entered.url.path) == (200, "/inbox")
    assert use_link(demo.box.client(), demo.link).status_code == 404, "the link worked twice"
    assert "/conversations/" not in entered.text, "a quiet world begins with an empty inbox"

    demo.control("/contacts", phone=BIA, name="Bia Example", lid="90000000000777")
    demo.control(f"/contacts/{BIA}/say", text="is the shop open?")
    wait_until(lambda: "is the shop open?" in client.get("/inbox").text, 10, "the message on the page")
    found = re.search(r'href="(/conversations/\d+)"', client.get("/inbox").text)
    assert found
    page = client.get(found[1])
    csrf = re.search(r'<meta name="csrf-token" content="([^"]+)"', page.text)
    assert csrf
    seen: list[str] = []
    ended = threading.Event()
    watcher = threading.Thread(target=watch_state, args=(demo, "until six", seen, ended))
    watcher.start()
    try:
        answer = client.post(
            f"{found[1]}/messages",
            data={"text": "until six", "client_ref": str(uuid.uuid4())},
            headers={"X-CSRFToken": csrf[1]},
        )
        assert answer.status_code == 200, answer.text
        wait_until(lambda: seen[-1:] == ["read"], 20, "the blue ticks")
    finally:
        ended.set()
        watcher.join(5)
    assert [step for step in seen if step in STEPS] == STEPS, seen
    shown = [(message["text"], message["from_me"], message["status"]) for message in demo.screen(BIA)]
    assert shown == [("is the shop open?", True, "delivered"), ("until six", False, "read")]
    assert 'data-state="read"' in client.get(found[1]).text


def test_demo_ends_with_all_its_children_at_ctrl_c(demo: Demo) -> None:
    assert len(processes_of(demo.process.pid)) >= 3, "demo, serve and worker"
    # A terminal sends the signal to the whole group.
    os.killpg(demo.process.pid, signal.SIGINT)
    begun = time.monotonic()
    assert demo.process.wait(30) == 0, demo.box.log_end()
    assert time.monotonic() - begun < 20
    wait_until(lambda: not processes_of(demo.process.pid), 5, "no child to be left")
    assert "Traceback" not in demo.box.err_log.read_text()
