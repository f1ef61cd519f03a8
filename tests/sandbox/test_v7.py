"""Profile v7: one account, flat webhooks, two envelopes without a device (contract 1.1, 1.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from rookery.sandbox import people
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, MakeWorld, Receiver, client_of, control

OWN = "15550000001@s.whatsapp.net"
LID = "98765432101234@lid"


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    world = make_world("v7")
    world.add_contact(ADA, "Ada Example")
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(world) as opened:
        yield opened


async def test_text_is_flat_and_names_no_device(world: World, receiver: Receiver) -> None:
    message_id = world.say(ADA, "hello", at=1763643909)
    await world.settle()
    assert receiver.events == [
        {
            "sender_id": ADA,
            "chat_id": ADA,
            "from": f"{ADA}@s.whatsapp.net",
            "timestamp": "2025-11-20T13:05:09Z",
            "pushname": "Ada Example",
            "message": {"text": "hello", "id": message_id, "replied_id": "", "quoted_message": ""},
        }
    ]
    assert receiver.requests[0][3], "v7 sends chunked bodies"
    assert world.courier.attempts[0].message_id == message_id


async def test_group_photo_names_sender_and_group(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(BIA, "Bia", "98765432101234")
    jid = (await control(client, "/groups", subject="Team", members=[BIA]))["jid"]
    world.say(BIA, "nota fiscal", kind="image", chat=jid)
    await world.settle()
    (event,) = receiver.events
    assert event["from"] == f"{BIA}@s.whatsapp.net in {jid}"
    assert (event["sender_id"], event["chat_id"]) == ("98765432101234", jid.partition("@")[0])
    assert event["from_lid"] == LID
    assert event["message"]["text"] == ""
    assert set(event["image"]) == {"media_path", "mime_type", "caption"}
    assert event["image"]["caption"] == "nota fiscal"


async def test_sender_is_followed_by_the_chat_for_linked_devices_and_own_messages(
    world: World, receiver: Receiver
) -> None:
    world.say(ADA, "from my desk", linked=4)
    world.phone_say(ADA, "from my pocket")
    await world.settle()
    found = {event["message"]["text"]: event for event in receiver.events}
    chat = f"{ADA}@s.whatsapp.net"
    assert found["from my desk"]["from"] == f"{ADA}:4@s.whatsapp.net in {chat}"
    assert found["from my desk"]["sender_id"] == ADA
    assert found["from my pocket"]["from"] == f"{OWN} in {chat}"
    assert all("is_from_me" not in event and "device_id" not in event for event in receiver.events)


async def test_lid_without_mapping_stays_everywhere(world: World, receiver: Receiver) -> None:
    world.add_contact(BIA, "Bia", "98765432101234", lid_known=False)
    world.say(BIA, "oi")
    await world.settle()
    (event,) = receiver.events
    assert (event["from"], event["from_lid"], event["chat_id"]) == (LID, LID, "98765432101234")


async def test_quotes_are_those_of_texts_alone(world: World, receiver: Receiver) -> None:
    text, picture = world.say(ADA, "first"), world.say(ADA, "look", kind="image")
    for quoted in (text, picture):
        world.say(ADA, f"about {quoted}", reply_to=quoted)
    world.say(ADA, kind="image", reply_to=text)
    await world.settle()
    said = {event["message"]["text"]: event["message"] for event in receiver.events[2:4]}
    assert said[f"about {text}"]["quoted_message"] == "first"
    assert said[f"about {picture}"]["quoted_message"] == ""
    assert receiver.events[4]["message"]["replied_id"] == ""


async def test_reaction_and_its_removal(world: World, receiver: Receiver) -> None:
    message_id, ada = world.say(ADA, "hi"), world.contact(ADA)
    people.react(world, ada, message_id, "👍")
    people.react(world, ada, message_id, "")
    await world.settle()
    _said, set_, removed = receiver.events
    assert set_["reaction"] == {"message": "👍", "id": message_id}
    assert "reaction" not in removed
    assert removed["message"]["text"] == ""


async def test_edit_and_revoke_are_actions(world: World, receiver: Receiver) -> None:
    message_id, ada = world.say(ADA, "helo"), world.contact(ADA)
    people.edit(world, ada, message_id, "hello")
    people.revoke(world, ada, message_id)
    await world.settle()
    _said, edited, revoked = receiver.events
    assert (edited["action"], edited["edited_text"]) == ("message_edited", "hello")
    assert edited["original_message_id"] == message_id
    assert (revoked["action"], revoked["revoked_message_id"]) == ("message_revoked", message_id)
    assert revoked["revoked_from_me"] is True


async def test_delete_for_me_is_flat(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    message_id = world.say(ADA, "hi", at=1763643909)
    await control(client, "/phone/delete", id=message_id)
    await world.settle()
    deleted = receiver.events[-1]
    assert deleted["action"] == "event.delete_for_me"
    assert (deleted["deleted_message_id"], deleted["original_content"]) == (message_id, "hi")
    assert deleted["original_timestamp"] == "2025-11-20T13:05:09Z"
    assert not {"device_id", "event"} & set(deleted)


async def test_linked_devices_acknowledge_too(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(ADA, linked_devices=[4, 9], reads=False)
    await client.post("/send/message", json={"phone": ADA, "message": "hi"})
    await world.settle()
    acks = [event for event in receiver.events if event.get("event") == "message.ack"]
    chat = f"{ADA}@s.whatsapp.net"
    senders = {ack["payload"]["sender_id"]: ack["payload"]["from"] for ack in acks}
    assert senders == {
        chat: chat,
        f"{ADA}:4@s.whatsapp.net": f"{ADA}:4@s.whatsapp.net in {chat}",
        f"{ADA}:9@s.whatsapp.net": f"{ADA}:9@s.whatsapp.net in {chat}",
    }
    assert all(
        ack["payload"]["chat_id"] == chat and set(ack) == {"event", "timestamp", "payload"} for ack in acks
    )


async def test_group_participants_have_an_envelope_and_joining_has_no_event(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    jid = (await control(client, "/groups", subject="Team", members=[ADA]))["jid"]
    await control(client, f"/groups/{jid}/promote", phones=[ADA])
    await world.settle()
    (event,) = receiver.events
    assert set(event) == {"event", "timestamp", "payload"}
    assert event["payload"] == {"chat_id": jid, "type": "promote", "jids": [f"{ADA}@s.whatsapp.net"]}


async def test_newer_events_are_not_sent(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    ada = world.contact(ADA)
    people.call(world, ada)
    people.type_in(world, ada, {})
    await control(client, "/labels", label_id="4", name="VIP")
    await control(client, "/newsletters", name="News")
    await control(client, "/history/complete")
    await world.settle()
    assert receiver.events == []


async def test_pairing_lets_junk_through(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    await control(client, "/devices/demo/scan", phone="15550000001")
    await world.settle()
    (event,) = receiver.events
    assert event["message"]["text"] == ""
    assert not {"image", "action", "reaction"} & set(event)
    assert event["from"] == OWN


async def test_rest_knows_no_slots(world: World, client: httpx.AsyncClient) -> None:
    status = (await client.get("/app/status", headers={"x-device-id": "nobody"})).json()["results"]
    assert status == {
        "is_connected": True,
        "is_logged_in": True,
        "device_id": "15550000001:11@s.whatsapp.net",
    }
    for path in ("/devices", "/health", "/app/info"):
        answer = await client.get(path)
        assert (answer.status_code, answer.text) == (404, f"Cannot GET {path}")
    archive = await client.post(f"/chat/{ADA}@s.whatsapp.net/archive", json={"archived": True})
    assert archive.status_code == 404


async def test_login_names_no_slot_and_logout_wipes_everything(
    world: World, client: httpx.AsyncClient
) -> None:
    world.say(ADA, "hi")
    assert len((await client.get("/chats")).json()["results"]["data"]) == 1
    out = (await client.get("/app/logout")).json()
    assert "results" not in out
    assert (await client.get("/chats")).json()["results"]["data"] is None
    status = (await client.get("/app/status")).json()["results"]
    assert (status["is_logged_in"], status["device_id"]) == (False, "")
    assert set((await client.get("/app/login")).json()["results"]) == {"qr_link", "qr_duration"}


async def test_fresh_gateway_has_its_account_slot(make_world: MakeWorld) -> None:
    world = make_world("v7", linked=False)
    async with client_of(world) as client:
        status = (await client.get("/app/status")).json()["results"]
        sent = await client.post("/send/message", json={"phone": ADA, "message": "x"})
    assert status == {"is_connected": False, "is_logged_in": False, "device_id": ""}
    assert sent.status_code == 401
    assert sent.json()["code"] == "AUTHENTICATION_ERROR"


async def test_rows_have_no_names_and_no_reactions(world: World, client: httpx.AsyncClient) -> None:
    message_id = world.say(ADA, "hi")
    people.react(world, world.contact(ADA), message_id, "🎉")
    people.call(world, world.contact(ADA))
    (row,) = (await client.get(f"/chat/{ADA}@s.whatsapp.net/messages")).json()["results"]["data"]
    assert not {"sender_name", "sender_display_name", "reactions"} & set(row)
