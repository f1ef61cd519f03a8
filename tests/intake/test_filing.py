"""Which number an event is filed under, whatever address it came to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rookery.intake import envelope, presence
from rookery.intake.door import Door
from rookery.intake.models import RawEvent
from tests.intake.caller import Caller, sign
from tests.intake.conftest import event, in_thread, make_channel, until

SHARED = "a secret that all slots share...."
PRESENCE = event().replace(b'"event":"message"', b'"event":"chat_presence"')


@pytest.fixture
def house(channel: Any) -> dict[str, Any]:
    """Two numbers of one gateway with one secret, and a third at another gateway of another account."""
    from rookery.accounts.models import Account
    from rookery.channels.models import Gateway, WebhookSecret

    gateway = channel.gateway
    WebhookSecret.objects.create(gateway=gateway, value=SHARED)
    sister = make_channel(gateway, "+5521987650000", device_id="sister-slot", own_lid="98765432101234@lid")
    other = Gateway.objects.create(account=Account.objects.create(name="Other"), url="http://other.test")
    stranger = make_channel(other, "+5531999990000", device_id="stranger-slot")
    WebhookSecret.objects.create(gateway=other, value="the other gateway's own secret")
    return {"first": channel, "sister": sister, "stranger": stranger}


async def filed(house: dict[str, Any]) -> list[str]:
    names = {row.pk: name for name, row in house.items()}
    return [
        names[pk]
        for pk in await in_thread(lambda: list(RawEvent.objects.values_list("channel_id", flat=True)))
    ]


@pytest.mark.parametrize(("device", "expected"), [
    ("5511940001234@s.whatsapp.net", "first"),
    ("5521987650000@s.whatsapp.net", "sister"),
    ("5521987650000:3@s.whatsapp.net", "sister"),
    ("552187650000@s.whatsapp.net", "sister"),
    ("98765432101234@lid", "sister"),
    ("", "first"),
    ("5531999990000@s.whatsapp.net", None),
    ("5541988887777@s.whatsapp.net", None),
    ("11111111111111@lid", None),
    ("not a jid at all", None),
])  # fmt: skip
async def test_event_is_filed_under_the_number_it_names_when_the_gateway_is_shared(
    house: dict[str, Any], call: Caller, door: Door, channel: Any, device: str, expected: str | None
) -> None:
    body = event(device)
    reply = await call(body, signature=sign(body, SHARED))
    assert (reply.status, reply.word) == (200, "accepted" if expected else "ignored")
    assert await filed(house) == ([expected] if expected else [])
    if not expected:
        assert door.store.tally._ignored == {channel.pk: 1}


async def test_slot_decides_when_the_event_names_no_device(house: dict[str, Any], call: Caller) -> None:
    body = b'{"event":"message","session_id":"sister-slot","payload":{}}'
    await call(body, signature=sign(body, SHARED))
    body = b'{"event":"message","session_id":"stranger-slot","payload":{}}'
    await call(body, signature=sign(body, SHARED))
    assert await filed(house) == ["sister", "first"], (
        "a slot of another gateway means nothing: the path decides"
    )


@pytest.mark.parametrize("body", [
    b'{"device_id":"5521987650000@s.whatsapp.net","event":"message","payload":{}}',
    b'{"session_id":"sister-slot","event":"message","payload":{}}',
])  # fmt: skip
async def test_number_is_found_in_the_body_when_the_address_has_none(
    house: dict[str, Any], call: Caller, body: bytes
) -> None:
    reply = await call(body, path="/webhooks/whatsapp", signature=sign(body, SHARED))
    assert reply.word == "accepted"
    assert await filed(house) == ["sister"]
    forged = await call(
        body, path="/webhooks/whatsapp", signature=sign(body, "the other gateway's own secret")
    )
    assert forged.status == 401


async def test_other_gateways_secret_opens_nothing_when_it_signs_for_our_number(
    house: dict[str, Any], call: Caller
) -> None:
    body = event()
    assert (await call(body, signature=sign(body, "the other gateway's own secret"))).status == 401
    body = event("5511940001234@s.whatsapp.net")
    reply = await call(
        body, path="/webhooks/whatsapp/+5531999990000", signature=sign(body, "the other gateway's own secret")
    )
    assert reply.word == "ignored"
    assert await filed(house) == []


async def test_surrogates_do_not_send_an_event_elsewhere_when_they_are_in_its_text(
    house: dict[str, Any], call: Caller
) -> None:
    body = event("5521987650000@s.whatsapp.net", text="X").replace(b'"X"', b'"\\ud800"')
    await call(body, signature=sign(body, SHARED))
    assert await filed(house) == ["sister"]


async def test_counts_reach_the_channel_when_they_are_flushed(
    house: dict[str, Any], call: Caller, door: Door, channel: Any
) -> None:
    from rookery import db

    for number in range(3):
        body = event("5541988887777@s.whatsapp.net", n=number)
        await call(body, signature=sign(body, SHARED))
    await call(event())

    def flush() -> None:
        with db.write():
            door.store.tally.flush()

    await in_thread(flush)
    await in_thread(flush)
    await in_thread(channel.refresh_from_db)
    assert channel.ignored_events == 3
    assert channel.last_event_ms > 1_700_000_000_000
    assert not door.store.tally


async def test_presence_is_handed_on_and_not_stored_when_it_is_signed(call: Caller, channel: Any) -> None:
    heard: list[tuple[int, bytes]] = []
    presence.listen(lambda channel_id, body: heard.append((channel_id, body)))
    try:
        assert (await call(PRESENCE)).word == "accepted"
        assert (await call(PRESENCE, signature=sign(b"x"))).status == 401
        await until(lambda: bool(heard))
    finally:
        presence.listen(None)
    assert heard == [(channel.pk, PRESENCE)]
    assert await in_thread(RawEvent.objects.count) == 0


async def test_presence_is_dropped_when_the_listener_is_slow_or_fails(
    call: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(channel_id: int, body: bytes) -> None:
        raise ZeroDivisionError

    presence.listen(failing)
    try:
        replies = await asyncio.gather(*(call(PRESENCE) for _ in range(80)))
        assert {reply.word for reply in replies} == {"accepted"}
        await until(lambda: "not handed on" in caplog.text)
    finally:
        presence.listen(None)


@pytest.mark.parametrize(("body", "device"), [
    (b"", ""), (b"[]", ""), (b"null", ""), (b"{", ""), (b'{"device_id":5}', ""), (b'{"device_id":null}', ""),
    (b'{"payload":{"device_id":"a"}}', ""), (b'{"device_id":"a","event":7}', "a"), (b"[" * 100_000, ""),
    (b'{"device_id":"a","x":"\xff"}', "a"), (b'\xef\xbb\xbf{"device_id":"a"}', "a"), (b'{"device_id":"a","n":1e999}', "a"),
])  # fmt: skip
def test_envelope_is_read_tolerantly_when_the_body_is_odd(body: bytes, device: str) -> None:
    assert envelope.peek(body).device_id == device
