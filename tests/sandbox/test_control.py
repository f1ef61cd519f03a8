"""Who may use the control API, what it answers, and what phones show."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest

from rookery.sandbox.control.door import loopback_host
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, MakeWorld, client_of


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "gateway.example"}, 403),
        ({"host": "127.0.0.1.example"}, 403),
        ({"origin": "http://127.0.0.1:3000"}, 403),
        ({"origin": "null"}, 403),
    ],
)
async def test_strangers_are_refused(client: httpx.AsyncClient, headers: dict[str, str], status: int) -> None:
    assert (await client.get("/_sandbox", headers=headers)).status_code == status
    assert (await client.post("/_sandbox/reset", headers=headers, json={})).status_code == status


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:3000", "[::1]:3000", "::1", "LOCALHOST:1"])
def test_loopback_hosts(host: str) -> None:
    assert loopback_host(host)


async def test_posts_must_be_json(client: httpx.AsyncClient) -> None:
    form = await client.post("/_sandbox/contacts", data={"phone": "1"})
    assert form.status_code == 415
    broken = await client.post(
        "/_sandbox/contacts", headers={"content-type": "application/json"}, content=b"[1]"
    )
    assert broken.status_code == 400


async def test_control_needs_no_password_and_no_body(client: httpx.AsyncClient) -> None:
    answer = await client.get("/_sandbox", auth=None)
    assert answer.json()["devices"] == [
        {"id": "demo", "jid": "15550000001@s.whatsapp.net", "state": "logged_in"}
    ]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/contacts", {"name": "No Phone"}, 400),
        ("/contacts", {"phone": "1555", "hair": "red"}, 400),
        ("/contacts/15550009999/say", {"text": "x"}, 404),
        (f"/contacts/{ADA}/say", {"txt": "x"}, 400),
        (f"/contacts/{ADA}/say", {"text": "x", "chat": "12036304@g.us"}, 404),
        (f"/contacts/{ADA}/react", {"id": "NOBODY", "emoji": "x"}, 404),
        ("/devices/nobody/drop", {}, 404),
        ("/nothing", {}, 404),
    ],
)
async def test_mistakes_are_named(
    client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int
) -> None:
    answer = await client.post(f"/_sandbox{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]


async def test_screen_shows_both_sides_in_order(world: World, client: httpx.AsyncClient) -> None:
    await client.post("/_sandbox/contacts", json={"phone": "+1 555 000 0101", "name": "Ada"})
    said = await client.post(f"/_sandbox/contacts/{ADA}/say", json={"text": "hi"})
    await client.post("/send/message", json={"phone": ADA, "message": "hello"})
    await client.post("/_sandbox/phone/say", json={"to": ADA, "text": "from my pocket"})
    shown = (await client.get(f"/_sandbox/contacts/{ADA}/screen")).json()["messages"]
    assert [(one["from_me"], one["text"]) for one in shown] == [
        (True, "hi"),
        (False, "hello"),
        (False, "from my pocket"),
    ]
    assert shown[0]["id"] == said.json()["id"]
    keys = {
        "id",
        "from_me",
        "kind",
        "text",
        "file",
        "at",
        "reply_to",
        "edited",
        "revoked",
        "reactions",
        "status",
    }
    assert all(set(one) == keys for one in shown)


async def test_screen_of_a_group(world: World, client: httpx.AsyncClient) -> None:
    jid = (await client.post("/_sandbox/groups", json={"subject": "Team", "members": [ADA]})).json()["jid"]
    await client.post("/send/message", json={"phone": jid, "message": "all"})
    shown = (await client.get(f"/_sandbox/contacts/{ADA}/screen", params={"chat": jid})).json()["messages"]
    assert [one["text"] for one in shown] == ["all"]
    assert world.screen(ADA) == []


async def test_own_file_is_sent_as_given(world: World, client: httpx.AsyncClient) -> None:
    file = {
        "name": "note.bin",
        "mime_type": "application/x-note",
        "base64": base64.b64encode(b"1234").decode(),
    }
    await client.post(f"/_sandbox/contacts/{ADA}/say", json={"kind": "document", "file": file})
    big = {"name": "big.jpg", "size": 100_000}
    await client.post(f"/_sandbox/contacts/{ADA}/say", json={"file": big})
    first, second = world.screen(ADA)
    assert (first["file"]["name"], first["file"]["size"]) == ("note.bin", 4)
    assert first["file"]["mime_type"] == "application/x-note"
    assert (second["kind"], second["file"]["size"]) == ("image", 100_000)


async def test_world_survives_a_restart(make_world: MakeWorld, tmp_path: Path) -> None:
    first = make_world(data_dir=tmp_path)
    first.add_contact(ADA, "Ada Example", "90000000000101")
    first.say(ADA, "before", kind="image")
    await first.settle()
    before = first.screen(ADA)
    second = make_world(data_dir=tmp_path)
    second.say(ADA, "after")
    assert second.screen(ADA)[:1] == before
    assert [one["text"] for one in second.screen(ADA)] == ["before", "after"]
    assert second.contact(ADA).lid == "90000000000101@lid"
    assert second.slots["demo"].online


async def test_deleted_slot_of_the_fork_comes_back_under_its_jid(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    async with client_of(make_world(data_dir=tmp_path)) as client:
        await client.delete("/devices/demo")
    again = make_world(data_dir=tmp_path, linked=False)
    assert list(again.slots) == ["15550000001@s.whatsapp.net"]
    assert again.slots["15550000001@s.whatsapp.net"].online


async def test_reset_empties_the_world(world: World, client: httpx.AsyncClient) -> None:
    world.say(ADA, "hi")
    await client.post("/_sandbox/reset", json={"device": True})
    overview = (await client.get("/_sandbox")).json()
    assert (overview["contacts"], overview["messages"], len(overview["devices"])) == (0, 0, 1)
