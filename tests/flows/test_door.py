"""The webhook door of a running server under all kinds of trouble, each with its answer, and nothing kept of it."""

from __future__ import annotations

import json

import httpx
import pytest

from rookery.sandbox.thread import SandboxThread
from tests import make
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

HEADER = "X-Hub-Signature-256"


@pytest.fixture
def box(make_box: MakeBox, gateway: SandboxThread) -> Box:
    made = make_box()
    made.set_up(gateway.url)
    made.start()
    return made


def post(box: Box, body: bytes, signature: str | None = None, path: str = "") -> httpx.Response:
    """One delivery; unsigned unless given a signature."""
    headers = {"Content-Type": "application/json"} | ({HEADER: signature} if signature is not None else {})
    return httpx.post(path or box.webhook_url, content=body, headers=headers, timeout=20)


def stored(box: Box) -> int:
    found = box.database.value("SELECT count(*) FROM intake_rawevent")
    assert isinstance(found, int)
    return found


def test_refused_deliveries_leave_nothing_but_a_count(box: Box) -> None:
    body = make.text_event("a stranger's words")
    good = make.sign(box.secret, body)
    again = json.dumps(json.loads(body), indent=1).encode()
    before = box.metric("whatsapp_web_signature_invalid_total")
    refused = {
        "missing": post(box, body),
        "wrong": post(box, body, make.sign("another secret of sixteen", body)),
        "truncated": post(box, body, good[:-2]),
        "without its prefix": post(box, body, good.removeprefix("sha256=")),
        "of other bytes": post(box, again, good),
        "empty": post(box, body, ""),
    }
    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 401)
    assert box.metric("whatsapp_web_signature_invalid_total") == before + len(refused)
    assert post(box, b"x" * 10_000_000, "sha256=" + "0" * 64).status_code == 413
    assert post(box, body, good, f"{box.url}/webhooks/whatsapp/+15559999999").status_code == 404
    assert httpx.get(box.webhook_url, timeout=10).status_code == 405
    assert post(box, b"", make.sign(box.secret, b"")).status_code == 400
    assert stored(box) == 0
    assert box.database.value("SELECT count(*) FROM conversations_message") == 0


def test_genuine_delivery_is_taken_after_many_refused_ones_from_the_same_address(box: Box) -> None:
    body = make.text_event("genuine")
    answers = {post(box, body, "sha256=" + "0" * 64).status_code for _ in range(80)}
    assert answers == {401, 429}
    accepted = post(box, body, make.sign(box.secret, body))
    assert (accepted.status_code, accepted.json()) == (200, {"status": "accepted"})
    again = post(box, body, make.sign(box.secret, body))
    assert (again.status_code, again.json()) == (200, {"status": "duplicate"})


def test_signed_body_that_is_too_large_is_refused_and_counted_for_its_number(box: Box) -> None:
    body = make.text_event("x" * 10_000_000)
    assert post(box, body, make.sign(box.secret, body)).status_code == 413
    assert stored(box) == 0
    client = box.signed_in()
    wait_until(lambda: "too large" in client.get("/numbers").text.lower(), 15, "the number's page to say so")


def test_signed_nonsense_is_parked_and_shown(box: Box) -> None:
    nonsense = [b"{", b"[]", b"\xff\xfe\x00", b'"text"', b'{"event": 7, "payload": "none"}']
    for body in nonsense:
        answer = post(box, body, make.sign(box.secret, body))
        assert (answer.status_code, answer.json()) == (200, {"status": "accepted"}), body
    good = make.text_event("in between")
    assert post(box, good, make.sign(box.secret, good)).status_code == 200
    box.wait_processed()
    assert box.database.value("SELECT count(*) FROM conversations_message") == 1
    listed = box.cli("events", "list").stdout.splitlines()
    assert len(listed) == box.database.value("SELECT count(*) FROM intake_rawevent WHERE state = 2") >= 4
    page = box.signed_in().get("/events").text
    for line in listed:
        assert f'/events/{line.split(chr(9))[0]}"' in page
