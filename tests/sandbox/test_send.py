"""`/send/*`, receipts, and what phones show."""

from __future__ import annotations

import asyncio
import io
import re
from typing import Any

import httpx
import pytest
from PIL import Image

from rookery.sandbox import samples
from rookery.sandbox.fetch import Fetched
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, MakeWorld, Receiver, client_of


async def send(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/send/message", json={"phone": ADA, **body})


async def test_message_is_answered_and_shown_on_the_phone(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    answer = await send(client, message="hello")
    body = answer.json()
    assert (answer.status_code, set(body), body["code"]) == (200, {"code", "message", "results"}, "SUCCESS")
    results = body["results"]
    assert re.fullmatch(r"3EB0[0-9A-F]{18}", results["message_id"])
    assert body["message"] == results["status"]
    prose = rf"Message sent to {ADA}@s\.whatsapp\.net \(server timestamp: \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC\)"
    assert re.fullmatch(prose, results["status"])
    await world.settle()
    (shown,) = world.screen(ADA)
    assert (shown["id"], shown["from_me"], shown["text"]) == (results["message_id"], False, "hello")
    assert shown["status"] == "read"
    assert receiver.named("message") == []


async def test_receipts_follow_as_delivered_then_read_with_the_raw_lid(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(ADA, "Ada Example", "90000000000101")
    sent = (await send(client, message="hello")).json()["results"]["message_id"]
    await world.settle()
    acks = receiver.named("message.ack")
    assert [ack["receipt_type"] for ack in acks] == ["delivered", "read"]
    assert {ack["chat_id"] for ack in acks} == {"90000000000101@lid"}
    assert {ack["from"] for ack in acks} == {f"{ADA}@s.whatsapp.net"}
    assert all(ack["ids"] == [sent] for ack in acks)
    assert all("timestamp" in event for event in receiver.events)


async def test_reading_waits_when_the_person_does_not_read_alone(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(ADA, reads=False)
    sent = (await send(client, message="hello")).json()["results"]["message_id"]
    await world.settle()
    assert [ack["receipt_type"] for ack in receiver.named("message.ack")] == ["delivered"]
    assert (await client.post(f"/_sandbox/contacts/{ADA}/read", json={})).json() == {"ids": [sent]}
    await world.settle()
    assert receiver.named("message.ack")[-1]["receipt_type"] == "read"


async def test_group_sends_bring_one_receipt_per_participant(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(BIA, "Bia")
    made = await client.post("/_sandbox/groups", json={"subject": "Team", "members": [ADA, BIA]})
    answer = await client.post("/send/message", json={"phone": made.json()["jid"], "message": "all"})
    assert answer.status_code == 200
    await world.settle()
    assert len(receiver.named("message.ack")) == 4


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"phone": "", "message": "x"}, "phone: cannot be blank."),
        ({"phone": ADA, "message": ""}, "message: cannot be blank."),
        ({"phone": "", "message": ""}, "message: cannot be blank; phone: cannot be blank."),
        (
            {"phone": "0155", "message": "x"},
            "phone: must be in international format and may not start with 0.",
        ),
        (
            {"phone": ADA, "message": "x", "duration": 5},
            "duration: must be one of 0, 86400, 604800, 7776000 seconds.",
        ),
    ],
)
async def test_validation_complaints(client: httpx.AsyncClient, body: dict[str, Any], complaint: str) -> None:
    answer = await client.post("/send/message", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"code": "VALIDATION_ERROR", "message": complaint}


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"content-type": "application/json"}, b"{"),
        ({"content-type": "application/json"}, b'{"phone": 5, "message": "x"}'),
        ({"content-type": "text/plain"}, b"phone=5"),
    ],
)
async def test_unreadable_bodies_are_500(
    client: httpx.AsyncClient, headers: dict[str, str], content: bytes
) -> None:
    answer = await client.post("/send/message", headers=headers, content=content)
    assert (answer.status_code, answer.json()["code"]) == (500, "INTERNAL_SERVER_ERROR")


async def test_stranger_is_refused_and_leading_plus_is_not(client: httpx.AsyncClient) -> None:
    refused = await send(client, phone="15550009999", message="x")
    assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_JID")
    assert refused.json()["message"] == "Phone 15550009999@s.whatsapp.net is not on WhatsApp"
    assert (await send(client, phone=f"+{ADA}", message="x")).status_code == 200


@pytest.mark.parametrize(("profile", "status"), [("v8", 200), ("v9", 400)])
async def test_ninth_digit_is_found_by_the_fork_only(
    make_world: MakeWorld, profile: str, status: int
) -> None:
    world = make_world(profile)
    world.add_contact("552187650000", "Bia")
    async with client_of(world) as client:
        assert (
            await client.post("/send/message", json={"phone": BIA, "message": "oi"})
        ).status_code == status
    assert len(world.screen("552187650000")) == (status == 200)


async def test_quote_is_lost_silently_when_the_gateway_does_not_have_it(
    world: World, client: httpx.AsyncClient
) -> None:
    known = world.say(ADA, "question")
    await send(client, message="answer", reply_message_id=known)
    await send(client, message="stray", reply_message_id="NOBODYHASTHIS")
    shown = {one["text"]: one["reply_to"] for one in world.screen(ADA)}
    assert (shown["answer"], shown["stray"]) == (known, None)


async def test_sends_are_serialised_per_session(make_world: MakeWorld) -> None:
    world = make_world()
    world.add_contact(ADA, "Ada")
    async with client_of(world) as client:
        await client.post(
            "/_sandbox/faults", json={"mode": "slow", "seconds": 0.05, "path": "/send", "times": 2}
        )
        started = asyncio.get_running_loop().time()
        await asyncio.gather(send(client, message="a"), send(client, message="b"))
        assert asyncio.get_running_loop().time() - started >= 0.1


async def test_deadline_answers_504(make_world: MakeWorld) -> None:
    world = make_world(pace=Pace(0, 0, timeouts=0.002))
    world.add_contact(ADA, "Ada")
    async with client_of(world) as client:
        await client.post("/_sandbox/faults", json={"mode": "slow", "seconds": 1, "path": "/send"})
        answer = await send(client, message="late")
    assert (answer.status_code, answer.json()["code"]) == (504, "GATEWAY_TIMEOUT")


async def test_only_other_slots_of_the_number_hear_an_echo(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_device("second", "15550000001")
    answer = await client.post(
        "/send/message", headers={"X-Device-Id": "demo"}, json={"phone": ADA, "message": "hi"}
    )
    await world.settle()
    echoes = [event for event in receiver.events if event["event"] == "message"]
    assert [event["session_id"] for event in echoes] == ["second"]
    assert echoes[0]["payload"]["id"] == answer.json()["results"]["message_id"]
    assert echoes[0]["payload"]["is_from_me"] is True


IMAGE = ("image.png", samples.picture("PNG"), "image/png")


@pytest.mark.parametrize(
    ("path", "field", "file", "data", "kind", "prose"),
    [
        ("image", "image", IMAGE, {"caption": "look", "compress": "false"}, "image", "Message sent to"),
        ("file", "file", ("a.pdf", samples.paper(), "application/pdf"), {}, "document", "Document sent to"),
        (
            "video",
            "video",
            ("a.mp4", samples.clip(), "video/mp4"),
            {"caption": "look"},
            "video",
            "Video sent to",
        ),
        (
            "audio",
            "audio",
            ("a.ogg", samples.voice(), "audio/ogg"),
            {"ptt": "true"},
            "audio",
            "Send audio success",
        ),
        ("sticker", "sticker", IMAGE, {}, "sticker", "Sticker sent to"),
    ],
)
async def test_files_reach_the_phone(
    world: World,
    client: httpx.AsyncClient,
    path: str,
    field: str,
    file: Any,
    data: Any,
    kind: str,
    prose: str,
) -> None:
    answer = await client.post(f"/send/{path}", data={"phone": ADA, **data}, files={field: file})
    assert answer.status_code == 200, answer.text
    assert answer.json()["message"].startswith(prose)
    (shown,) = world.screen(ADA)
    assert (shown["kind"], shown["text"]) == (kind, data.get("caption", ""))
    if kind in {"image", "document", "video", "audio"}:
        assert shown["file"]["size"] == len(file[1])


async def test_pictures_are_made_600_wide_unless_told_otherwise(
    world: World, client: httpx.AsyncClient
) -> None:
    await client.post("/send/image", data={"phone": ADA}, files={"image": IMAGE})
    sha256 = world.screen(ADA)[0]["file"]["sha256"]
    assert Image.open(io.BytesIO(world.files.get(f"blobs/{sha256}") or b"")).width == 600


@pytest.mark.parametrize(
    ("path", "field", "mime"),
    [
        ("image", "image", "image/webp"),
        ("video", "video", "video/quicktime"),
        ("audio", "audio", "audio/ogg; codecs=opus"),
        ("audio", "audio", "audio/mp4"),
    ],
)
async def test_part_types_are_matched_exactly(
    client: httpx.AsyncClient, path: str, field: str, mime: str
) -> None:
    answer = await client.post(f"/send/{path}", data={"phone": ADA}, files={field: ("x", b"data", mime)})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_url_wins_over_the_part_and_is_fetched(make_world: MakeWorld) -> None:
    asked = []

    async def fetch(url: str) -> Fetched:
        asked.append(url)
        return Fetched(200, "video/mp4", b"clip")

    world = make_world(fetch=fetch)
    world.add_contact(ADA, "Ada")
    async with client_of(world) as client:
        fields = {"phone": ADA, "video_url": "http://files.example/v/clip.mp4?x=1"}
        answer = await client.post("/send/video", data=fields, files={"video": ("y", b"n", "text/plain")})
    assert answer.status_code == 200, answer.text
    assert asked == ["http://files.example/v/clip.mp4?x=1"]
    assert world.screen(ADA)[0]["file"]["name"] == "clip.mp4"


@pytest.mark.parametrize(("profile", "status"), [("v8", 500), ("v9", 200)])
async def test_send_file_by_url_as_json(make_world: MakeWorld, profile: str, status: int) -> None:
    async def fetch(_url: str) -> Fetched:
        return Fetched(200, "application/pdf", b"%PDF-")

    world = make_world(profile, fetch=fetch)
    world.add_contact(ADA, "Ada")
    async with client_of(world) as client:
        answer = await client.post(
            "/send/file", json={"phone": ADA, "file_url": "http://files.example/a.pdf"}
        )
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("contact", {"contact_name": "Teo", "contact_phone": "15550000104"}),
        ("location", {"latitude": "-22.9", "longitude": "-43.2"}),
        ("poll", {"question": "When?", "options": ["now", "later"], "max_answer": 1}),
    ],
)
async def test_other_kinds_reach_the_phone(
    world: World, client: httpx.AsyncClient, path: str, body: dict[str, Any]
) -> None:
    answer = await client.post(f"/send/{path}", json={"phone": ADA, **body})
    assert answer.status_code == 200, answer.text
    assert world.screen(ADA)[0]["kind"] == path


async def test_number_coordinates_are_a_wrong_type(client: httpx.AsyncClient) -> None:
    answer = await client.post("/send/location", json={"phone": ADA, "latitude": -22.9, "longitude": -43.2})
    assert answer.status_code == 500


async def test_session_errors_in_every_state(world: World, client: httpx.AsyncClient) -> None:
    await client.post("/_sandbox/devices/demo/drop", json={})
    down = await send(client, message="x")
    assert (down.status_code, down.json()["code"]) == (401, "AUTHENTICATION_ERROR")
    world.slots["demo"].client = False
    never = await send(client, message="x")
    assert (never.status_code, never.json()["code"]) == (500, "INVALID_WA_CLI")
