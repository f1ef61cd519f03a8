"""Every answer of the door (design section 4), and what is stored for it."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from rookery.intake import answers
from rookery.intake import body as body_module
from rookery.intake.door import Door
from rookery.intake.models import RawEvent
from rookery.intake.throttle import LIMIT
from rookery.settings import conf
from rookery.telemetry import metrics
from tests.intake.caller import SECRET, Caller, sign
from tests.intake.conftest import event, in_thread

BODY = event()
RIGHT = sign(BODY)
RESERIALISED = sign(json.dumps(json.loads(BODY)).encode())
LARGE = b"x" * (10 * 1024 * 1024)
UNKNOWN = "/webhooks/whatsapp/+5521900000000"

# request (given as keywords of the caller), status, word, counted as invalid signature, stored
TABLE: list[tuple[str, dict[str, Any], int, str, int, int]] = [
    ("signed", {"body": BODY}, 200, "accepted", 0, 1),
    ("signed nonsense", {"body": b"\x00 no json"}, 200, "accepted", 0, 1),
    ("chunked", {"body": BODY, "chunks": [BODY[:7], b"", BODY[7:]]}, 200, "accepted", 0, 1),
    ("without plus", {"body": BODY, "path": "/webhooks/whatsapp/5511940001234"}, 200, "accepted", 0, 1),
    ("with a slash", {"body": BODY, "path": "/webhooks/whatsapp/+5511940001234/"}, 200, "accepted", 0, 1),
    ("without the ninth digit", {"body": BODY, "path": "/webhooks/whatsapp/551140001234"}, 404, "unknown", 0, 0),
    ("without number", {"body": BODY, "path": "/webhooks/whatsapp"}, 200, "accepted", 0, 1),
    ("without number, nonsense", {"body": b"[]", "path": "/webhooks/whatsapp"}, 404, "unknown", 0, 0),
    ("without number, unsigned", {"body": BODY, "path": "/webhooks/whatsapp", "signature": None}, 401, "refused", 1, 0),
    ("get", {"method": "GET", "body": b""}, 405, "refused", 0, 0),
    ("put", {"method": "PUT", "body": BODY}, 405, "refused", 0, 0),
    ("unknown number", {"body": BODY, "path": UNKNOWN}, 404, "unknown", 0, 0),
    ("no number at all", {"body": BODY, "path": "/webhooks/whatsapp/../etc"}, 404, "unknown", 0, 0),
    ("no header", {"body": BODY, "signature": None}, 401, "refused", 1, 0),
    ("wrong signature", {"body": BODY, "signature": sign(BODY, "f" * 32)}, 401, "refused", 1, 0),
    ("truncated signature", {"body": BODY, "signature": RIGHT[:-2]}, 401, "refused", 1, 0),
    ("other algorithm", {"body": BODY, "signature": "sha1" + RIGHT[6:]}, 401, "refused", 1, 0),
    ("no hex", {"body": BODY, "signature": "sha256=" + "z" * 64}, 401, "refused", 1, 0),
    ("truncated body", {"body": BODY[:-1], "signature": RIGHT}, 401, "refused", 1, 0),
    ("re-serialised", {"body": BODY, "signature": RESERIALISED}, 401, "refused", 1, 0),
    ("empty and signed", {"body": b""}, 400, "empty", 0, 0),
    ("empty and unsigned", {"body": b"", "signature": None}, 401, "refused", 1, 0),
    ("10 MB, signed", {"body": LARGE}, 413, "refused", 0, 0),
    ("10 MB in chunks", {"body": LARGE, "chunks": [LARGE[:9_000_000], LARGE[9_000_000:]]}, 413, "refused", 0, 0),
    ("10 MB, forged", {"body": LARGE, "signature": RIGHT}, 413, "refused", 1, 0),
    ("10 MB for nobody", {"body": LARGE, "path": UNKNOWN}, 413, "refused", 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "status", "word", "invalid", "stored"), [row[1:] for row in TABLE],
                         ids=[row[0] for row in TABLE])  # fmt: skip
async def test_answer_is_that_of_the_design_when(
    call: Caller, request_: dict[str, Any], status: int, word: str, invalid: int, stored: int
) -> None:
    before = metrics.signature_invalid._value.get()
    reply = await call(**request_)
    assert (reply.status, reply.word) == (status, word)
    assert reply.headers["content-type"] == "application/json"
    assert metrics.signature_invalid._value.get() - before == invalid
    assert await in_thread(RawEvent.objects.count) == stored


async def test_event_is_kept_byte_for_byte_when_accepted(call: Caller, channel: Any) -> None:
    body = event(text="\\ud800 a \\u0026 b").replace(b'"ol', b'"\\u0000ol')
    await call(body)
    row = await in_thread(RawEvent.objects.get)
    assert (row.channel_id, bytes(row.body), row.state) == (channel.pk, body, RawEvent.State.NEW)
    assert bytes(row.signature).hex() == sign(body).partition("=")[2]


async def test_second_delivery_is_a_duplicate_when_it_comes_at_once(call: Caller) -> None:
    assert [(await call(BODY)).word, (await call(BODY)).word] == ["accepted", "duplicate"]
    assert await in_thread(RawEvent.objects.count) == 1


async def test_signature_vector_of_the_contract_is_accepted_when_its_secret_is_known(
    call: Caller, channel: Any
) -> None:
    from rookery.channels.models import WebhookSecret

    # Its secret has 13 letters, so the door must refuse it (test_book); here only the arithmetic counts.
    body = (
        b'{"device_id":"5511940001234@s.whatsapp.net","event":"message","payload":{"body":"a \\u0026 b",'
        b'"chat_id":"5521987650000@s.whatsapp.net","from":"5521987650000@s.whatsapp.net",'
        b'"id":"A5F00D1122334455667788990A0B0C0D","is_from_me":false,"timestamp":"2026-03-04T15:04:05Z"}}'
    )
    given = "sha256=59ee9c6cef29862833be6a2dad253c091af0dde2235c4c438eb0798fce2e30e0"
    assert sign(body, "segredo-demo") == given
    await in_thread(lambda: WebhookSecret.objects.create(channel=channel, value="segredo-demo"))
    assert (await call(body, signature=given)).status == 401


async def test_oversized_event_is_counted_when_it_is_genuine(call: Caller, door: Door, channel: Any) -> None:
    await call(LARGE)
    await call(LARGE, signature=sign(b"other"))
    await in_thread(lambda: _flush(door))
    await in_thread(channel.refresh_from_db)
    assert channel.oversized_events == 1


def _flush(door: Door) -> None:
    from rookery import db

    with db.write():
        door.store.tally.flush()


async def test_limit_is_the_settings_when_it_is_changed(channel: Any, data_dir: Any, phone: str) -> None:
    with conf.override(WEBHOOK_MAX_BYTES=2048):
        door = Door(data_dir / "spool", spool_size=65536)
    await door.start()
    await door.open()
    try:
        assert (await Caller(door, phone)(b"x" * 2048)).status == 200
        assert (await Caller(door, phone)(b"x" * 2049)).status == 413
    finally:
        await door.stop()


async def test_stranger_is_throttled_but_the_genuine_gateway_passes_when_they_share_an_address(
    call: Caller,
) -> None:
    for _ in range(LIMIT):
        assert (await call(BODY, signature=None)).status == 401
    assert (await call(BODY, signature=None)).status == 429
    assert (await call(BODY, path=UNKNOWN)).status == 429
    assert (await call(BODY)).word == "accepted"
    assert (await call(BODY, signature=None, address="192.0.2.2")).status == 401


async def test_refusal_is_logged_without_number_and_body_when_signature_is_wrong(
    call: Caller, caplog: pytest.LogCaptureFixture, phone: str
) -> None:
    await call(event(body="very private"), signature=sign(b"x"))
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["address"] == "192.0.2.1"
    assert record.__dict__["number"] == phone[-4:]
    assert "private" not in str(vars(record))
    assert SECRET not in str(vars(record))


async def test_sender_that_goes_away_gets_no_answer_when_its_body_is_not_whole(
    door: Door, phone: str
) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": f"/webhooks/whatsapp/{phone}", "headers": []}
    await door(scope, receive, send)
    assert not sent


async def test_answer_is_408_when_the_body_does_not_come(
    door: Door, phone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_module, "DEADLINE", 0.2)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        if sent:
            pytest.fail("nothing is read after the answer")
        await asyncio.sleep(30)
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": f"/webhooks/whatsapp/{phone}", "headers": []}
    await asyncio.wait_for(door(scope, receive, send), 5)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_cancelled_request_stays_cancelled_when_it_was_not_too_slow(door: Door, phone: str) -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.sleep(30)
        return {}

    async def send(message: Any) -> None:
        pytest.fail("no answer to somebody who has gone")

    scope = {"type": "http", "method": "POST", "path": f"/webhooks/whatsapp/{phone}", "headers": []}
    task = asyncio.create_task(door(scope, receive, send))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_large_bodies_are_bounded_together_when_many_come_at_once(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_module, "MOST_HELD", 1_500_000)
    body = event(text="x" * 1_000_000)
    chunks = [body[:500_000], body[500_000:]]
    replies = await asyncio.gather(*(call(body, chunks=chunks) for _ in range(3)))
    assert 503 in {reply.status for reply in replies}
    assert (await call(body, chunks=chunks)).status == 200, "what was held is let go of"


async def test_answers_are_counted_when_a_second_has_passed(call: Caller, door: Door) -> None:
    counter = metrics.webhooks.labels(answer="accepted")
    before = counter._value.get()
    await call(BODY)
    answers.count()
    assert counter._value.get() - before == 1
