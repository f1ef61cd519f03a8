"""Who people are on the wire: numbers, LIDs, names and pictures (contract 4.6, 6.3)."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from rookery.sandbox import people
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, MakeWorld, Receiver, client_of, control, results

OWN = "15550000001@s.whatsapp.net"
OWN_LID = "77700000000001@lid"
LID = "98765432101234@lid"


async def test_own_lid_on_self_read_receipts(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    await control(client, "/devices/demo", lid="77700000000001")
    message_id = world.say(ADA, "hi")
    read = await control(client, "/phone/read", chat=ADA, own_lid=True)
    await world.settle()
    (ack,) = receiver.named("message.ack")
    assert read["ids"] == ack["ids"] == [message_id]
    assert (ack["from"], ack["from_lid"], ack["receipt_type"]) == (OWN_LID, OWN_LID, "read")


async def test_reading_with_receipts_switched_off(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.say(ADA, "hi")
    await control(client, "/phone/read", chat=ADA, kind="read-self")
    await world.settle()
    (ack,) = receiver.named("message.ack")
    assert (ack["from"], ack["receipt_type"]) == (OWN, "read-self")


async def test_receipts_and_typing_name_the_raw_chat(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(BIA, "Bia", "98765432101234")
    await client.post("/send/message", json={"phone": BIA, "message": "oi"})
    await control(client, f"/contacts/{BIA}/type", state="recording")
    await world.settle()
    for payload in [*receiver.named("message.ack"), *receiver.named("chat_presence")]:
        assert (payload["chat_id"], payload["from"]) == (LID, f"{BIA}@s.whatsapp.net")
        assert "chat_lid" not in payload
    assert receiver.named("chat_presence")[0]["media"] == "audio"
    wrong = await client.post(f"/_sandbox/contacts/{BIA}/type", json={"state": "pondering"})
    assert wrong.status_code == 400


@pytest.mark.parametrize(("registered", "dialled"), [(BIA, "552187650000"), ("552187650000", BIA)])
async def test_ninth_digit_is_tried_by_the_fork(make_world: MakeWorld, registered: str, dialled: str) -> None:
    for profile, status in (("v8", 200), ("v9", 400), ("v7", 400)):
        world = make_world(profile)
        world.add_contact(registered, "Bia")
        async with client_of(world) as client:
            answer = await client.post("/send/message", json={"phone": dialled, "message": "oi"})
        assert answer.status_code == status, profile
        assert len(world.screen(registered)) == (1 if status == 200 else 0)


async def test_chat_may_be_kept_under_its_lid_until_a_history_sync(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(BIA, "Bia", "98765432101234", stored_as_lid=True)
    message_id = world.say(BIA, "oi", kind="image")
    await world.settle()
    assert receiver.named("message")[0]["chat_id"] == f"{BIA}@s.whatsapp.net"
    assert (await results(client, "/chats"))["data"][0]["jid"] == LID
    (row,) = (await results(client, f"/chat/{LID}/messages"))["data"]
    assert (row["id"], row["chat_jid"]) == (message_id, LID)
    assert (await client.get(f"/chat/{BIA}@s.whatsapp.net/messages")).status_code == 500
    download = f"/message/{message_id}/download"
    assert (await client.get(download, params={"phone": LID})).status_code == 200
    assert (await client.get(download, params={"phone": BIA})).status_code == 500
    await control(client, "/history/complete", sync_type="FULL")
    assert (await results(client, "/chats"))["data"][0]["jid"] == f"{BIA}@s.whatsapp.net"
    await world.settle()
    (done,) = receiver.named("history_sync_complete")
    assert done["sync_type"] == "FULL"


async def test_chat_may_be_stored_under_our_own_name(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(ADA, stored_name="Demo Shop")
    world.phone_say(ADA, "hi")
    await world.settle()
    assert receiver.named("message")[0]["chat_name"] == "Demo Shop"
    assert (await results(client, "/chats"))["data"][0]["name"] == "Demo Shop"


@pytest.mark.parametrize(("profile", "name"), [("v7", ""), ("v8", ""), ("v9", "Ada")])
async def test_contacts_of_the_phone(make_world: MakeWorld, profile: str, name: str) -> None:
    world = make_world(profile)
    world.add_contact(ADA, "Ada")
    world.add_contact(BIA, "Bia", saved_name="Bia of the shop")
    async with client_of(world) as client:
        listed = (await results(client, "/user/my/contacts"))["data"]
    names = {one["jid"]: one["name"] for one in listed}
    assert names == {f"{ADA}@s.whatsapp.net": name, f"{BIA}@s.whatsapp.net": "Bia of the shop"}


async def test_picture_can_be_fetched_without_a_password_and_changes(
    world: World, client: httpx.AsyncClient
) -> None:
    world.add_contact(ADA, avatar=True)
    first = await results(client, "/user/avatar", phone=ADA)
    served = await client.get(first["url"], auth=None)
    assert Image.open(io.BytesIO(served.content)).size == (320, 320)
    small = await results(client, "/user/avatar", phone=ADA, is_preview="true")
    assert Image.open(io.BytesIO((await client.get(small["url"])).content)).size == (96, 96)
    assert (first["type"], small["type"], small["id"]) == ("image", "preview", first["id"])
    world.add_contact(ADA, avatar_version=1)
    second = await results(client, "/user/avatar", phone=ADA)
    assert second["id"] != first["id"]
    assert (await client.get(second["url"])).content != served.content
    assert (await results(client, "/user/info", phone=ADA))["data"][0]["picture_id"] == second["id"]


async def test_group_has_a_picture_of_its_own(world: World, client: httpx.AsyncClient) -> None:
    jid = (await control(client, "/groups", subject="Team", members=[ADA], avatar=True))["jid"]
    found = await results(client, "/user/avatar", phone=jid)
    assert (await client.get(found["url"], auth=None)).content[:3] == b"\xff\xd8\xff"


@pytest.mark.parametrize(
    ("options", "status", "code", "words"),
    [
        ({}, 500, "INTERNAL_SERVER_ERROR", "does not have a profile picture"),
        (
            {"avatar": True, "avatar_hidden": True},
            500,
            "INTERNAL_SERVER_ERROR",
            "hidden their profile picture",
        ),
        ({"avatar": True, "avatar_slow": True}, 408, "CONTEXT_ERROR", "Error timeout get avatar!"),
    ],
)
async def test_picture_that_cannot_be_had(
    make_world: MakeWorld, options: dict[str, Any], status: int, code: str, words: str
) -> None:
    world = make_world(pace=Pace(0, 0, 0.01))
    world.add_contact(ADA, "Ada", **options)
    async with client_of(world) as client:
        answer = await client.get("/user/avatar", params={"phone": ADA})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["message"]


async def test_call_may_be_rejected_or_of_a_group_and_leaves_a_row(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    jid = (await control(client, "/groups", subject="Team", members=[ADA]))["jid"]
    first = await control(client, f"/contacts/{ADA}/call", auto_rejected=True)
    await control(client, f"/contacts/{ADA}/call", group=jid)
    await world.settle()
    alone, together = receiver.named("call.offer")
    assert (alone["auto_rejected"], alone["call_id"]) == (True, first["id"])
    assert "group_jid" not in alone
    assert together["group_jid"] == jid
    (row,) = (await results(client, f"/chat/{ADA}@s.whatsapp.net/messages"))["data"]
    assert (row["id"], row["media_type"]) == (f"call:{first['id']}", "call")
    assert '"auto_rejected": true' in row["call_metadata"]
    assert (await results(client, f"/chat/{ADA}@s.whatsapp.net/messages", media_only="true"))["data"] is None
    assert world.screen(ADA) == []


async def test_quiet_person_never_acknowledges(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(ADA, quiet_ack=True, linked_devices=[4])
    await client.post("/send/message", json={"phone": ADA, "message": "hi"})
    await world.settle()
    assert receiver.named("message.ack") == []
    people.read(world, world.contact(ADA), ADA)
    await world.settle()
    assert len(receiver.named("message.ack")) == 1
