"""What the whole flow writes at INFO: no number, no message, no token, no password, no link that opens a door."""

from __future__ import annotations

import json
import re
import time
import uuid
from pathlib import Path

import httpx
import pytest

from rookery.sandbox.faults import Fault
from rookery.sandbox.thread import SandboxThread
from tests import make
from tests.flows.box import ADMIN, AGENT, PASSWORD, PHONE, Box, wait_until

ADA, LID = "15550000101", "90000000000101"
NAME = "Adalgisa Exemplar"
WRONG = "the wrong password"
TEXTS = {
    "in": "quero um croissant",
    "out": "temos croissant quente",
    "failing": "this one is refused",
    "forged": "words of a forger",
}
PRINTED = re.compile(
    r"\ARookery  (http://127\.0\.0\.1:\d+)  \(Ctrl-C stops it\)\n\n"
    r"Nobody administers this installation yet\. Open this address within an hour to begin; it works once:\n"
    r"  (http://127\.0\.0\.1:\d+/setup/\S+)\n\Z"
)
"""All that `serve` may print for its operator on an empty folder, and the only place for the set-up link."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


def set_up_through_the_link(box: Box) -> str:
    """Make the first administrator in a browser; answers the link's token."""
    wait_until(lambda: "/setup/" in box.out_log.read_text(), 20, "the set-up link")
    printed = PRINTED.match(box.out_log.read_text())
    assert printed, box.out_log.read_text()
    client = box.client(follow_redirects=True)
    page = client.get(printed[2])
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    form = {"account": "Café", "name": "Ana", "email": ADMIN, "password": PASSWORD}
    answer = client.post(printed[2], data={"csrfmiddlewaretoken": token[1], **form})
    assert (answer.status_code, answer.url.path) == (200, "/inbox"), answer.text[:500]
    assert client.get(printed[2]).status_code == 404
    return printed[2].rpartition("/")[2]


def fail_to_sign_in(box: Box) -> None:
    client = box.client()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/sign-in").text)
    assert token
    form = {"csrfmiddlewaretoken": token[1], "email": AGENT, "password": WRONG}
    assert client.post("/sign-in", data=form).status_code == 422


def talk(box: Box, gateway: SandboxThread) -> None:
    """A message in, an answer out, one refused, a file that is missing, a forged event, a broken one."""
    world, api = gateway.world, box.api()
    world.hook.url, world.hook.secret = box.webhook_url, box.secret
    world.add_contact(ADA, NAME, LID)
    world.say(ADA, TEXTS["in"])
    world.say(ADA, "", kind="image", media="gone")
    wait_until(lambda: api.conversations(), 20, "the conversation")
    display_id = api.conversations()[0]["id"]
    api.post(display_id, TEXTS["out"], str(uuid.uuid4()))
    states = "SELECT state FROM conversations_message WHERE content = ?"
    wait_until(lambda: box.database.column(states, TEXTS["out"]) == ["read"], 20, "the answer to be read")
    world.faults.add(Fault(mode="status", path="/send/", status=400, message=f"{ADA} is not on whatsapp"))
    api.post(display_id, TEXTS["failing"], str(uuid.uuid4()))
    wait_until(lambda: box.database.column(states, TEXTS["failing"]) == ["failed"], 20, "the refusal")
    forged = make.text_event(TEXTS["forged"], chat=ADA)
    assert (
        httpx.post(box.webhook_url, content=forged, headers={"X-Hub-Signature-256": "sha256=00"}).status_code
        == 401
    )
    assert httpx.post(f"{box.url}/webhooks/whatsapp/+15559998877", content=forged).status_code == 404
    broken = b'{"event": "message", "payload": "' + ADA.encode()
    signed = {"X-Hub-Signature-256": make.sign(box.secret, broken)}
    assert httpx.post(box.webhook_url, content=broken, headers=signed).status_code == 200
    assert (
        httpx.get(
            f"{box.url}{api.root}/conversations", headers={"api_access_token": "no-such-token"}
        ).status_code
        == 401
    )
    wait_until(
        lambda: "media download failed" in box.err_log.read_text(), 30, "the missing file to be given up"
    )


def test_logs_of_the_whole_flow_tell_no_number_text_token_password_or_link(
    tmp_path: Path, gateway: SandboxThread
) -> None:
    box = Box(tmp_path / "box", settings={"LOG_LEVEL": "INFO"})
    try:
        box.start()
        link = set_up_through_the_link(box)
        box.cli("user", "add", AGENT, "--password-file", "-", text=PASSWORD)
        box.set_up(gateway.url)
        fail_to_sign_in(box)
        cookies = list(box.signed_in(AGENT).cookies.values())
        talk(box, gateway)
        gateway.server.world.faults.add(Fault(mode="status", status=503, times=3))
        time.sleep(1.0)
        box.stop()
    finally:
        box.close()
    keys = [(box.data / name).read_text().strip() for name in ("secret_key", "encryption_key")]
    secrets = [link, box.token, box.secret, PASSWORD, WRONG, "sandbox", *cookies, *keys]
    numbers = [PHONE[1:], ADA, LID, "15559998877"]
    assert PRINTED.match(box.out_log.read_text()), "something else was printed"
    logged = box.err_log.read_text()
    for told in [*secrets, *numbers, *TEXTS.values(), NAME]:
        assert told not in logged, next(line for line in logged.splitlines() if told in line)
    lines = [json.loads(line) for line in logged.splitlines()]
    messages = {line["message"] for line in lines}
    # Without these the flow was not watched at all.
    wanted = {"webhook processed", "message sent", "send failed", "webhook signature invalid", "event parked"}
    assert wanted <= messages, wanted - messages
    assert any("statics/media/" in line.get("media_path", "") for line in lines)
