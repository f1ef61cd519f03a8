"""What the webhooks say about what people do."""

from __future__ import annotations

import httpx

from rookery.sandbox import people
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, MakeWorld, Receiver

HERE = "15550000001@s.whatsapp.net"


async def test_text_arrives_when_somebody_writes(world: World, receiver: Receiver) -> None:
    message_id = world.say(ADA, "hello <you>")
    await world.settle()
    (event,) = receiver.events
    assert (event["event"], event["device_id"], event["session_id"]) == ("message", HERE, "demo")
    assert "timestamp" not in event
    payload = event["payload"]
    assert payload["id"] == message_id
    assert (payload["chat_id"], payload["from"]) == (f"{ADA}@s.whatsapp.net",) * 2
    assert (payload["body"], payload["from_name"], payload["is_from_me"]) == (
        "hello <you>",
        "Ada Example",
        False,
    )
    assert "chat_lid" not in payload
    assert "sender_display_name" not in payload
    _url, headers, body, chunked = receiver.requests[0]
    assert chunked
    assert b"\\u003cyou\\u003e" in body
    assert set(headers) == {"User-Agent", "Content-Type", "X-Hub-Signature-256", "Accept-Encoding"}


async def test_lid_is_resolved_when_the_number_is_known(world: World, receiver: Receiver) -> None:
    world.add_contact(BIA, "Bia", "98765432101234")
    world.say(BIA, "oi")
    await world.settle()
    (payload,) = receiver.named("message")
    assert payload["chat_id"] == payload["from"] == f"{BIA}@s.whatsapp.net"
    assert payload["chat_lid"] == payload["from_lid"] == "98765432101234@lid"


async def test_lid_stays_until_it_is_revealed(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(BIA, "Bia", "98765432101234", lid_known=False)
    world.say(BIA, "oi")
    await client.post(f"/_sandbox/contacts/{BIA}/reveal", json={})
    world.say(BIA, "de novo")
    await world.settle()
    before, after = receiver.named("message")
    assert before["chat_id"] == before["from"] == "98765432101234@lid"
    assert after["chat_id"] == after["from"] == f"{BIA}@s.whatsapp.net"


async def test_phone_typed_message_is_from_me(world: World, receiver: Receiver) -> None:
    message_id = world.phone_say(ADA, "typed here")
    await world.settle()
    (payload,) = receiver.named("message")
    assert payload["is_from_me"] is True
    assert (payload["from"], payload["chat_id"]) == (HERE, f"{ADA}@s.whatsapp.net")
    assert payload["chat_name"] == "Ada Example"
    assert len(message_id) == 20


async def test_reply_names_its_quote(world: World, receiver: Receiver) -> None:
    first = world.say(ADA, "first")
    world.say(ADA, "second", reply_to=first)
    await world.settle()
    second = next(payload for payload in receiver.named("message") if payload["body"] == "second")
    assert (second["replied_to_id"], second["quoted_body"]) == (first, "first")


async def test_media_key_is_a_path_or_an_object_with_caption(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.say(ADA, kind="audio")
    world.say(ADA, "look", kind="image")
    await world.settle()
    found = {next(key for key in ("audio", "image") if key in one): one for one in receiver.named("message")}
    assert found["audio"]["audio"].endswith(".oga")
    assert found["image"]["image"]["caption"] == found["image"]["body"] == "look"
    served = await client.get("/" + found["audio"]["audio"], auth=None)
    assert (served.status_code, served.content[:4]) == (200, b"OggS")


async def test_media_shapes_of_other_builds(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    shapes = []
    for change in ({"dialect": "8.0"}, {"dialect": "8.2"}, {"dialect": None, "auto_download": False}):
        assert (await client.post("/_sandbox/webhooks", json=change)).status_code == 200
        receiver.requests.clear()
        world.say(ADA, "look", kind="image")
        await world.settle()
        shapes.append(receiver.named("message")[0])
    assert set(shapes[0]["image"]) == {"media_path", "mime_type", "caption"}
    assert isinstance(shapes[1]["image"], str)
    assert "body" not in shapes[1]
    assert set(shapes[2]["image"]) == {"url", "caption"}


async def test_missing_and_gone_media(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    world.say(ADA, kind="image", media="missing")
    message_id = world.say(ADA, kind="audio", media="gone", extension=".ogg; codecs=opus")
    await world.settle()
    missing = next(one for one in receiver.named("message") if one["id"] != message_id)
    assert "image" not in missing
    path = next(one for one in receiver.named("message") if one["id"] == message_id)["audio"]
    assert path.endswith(".ogg; codecs=opus")
    quoted = "/" + path.replace(";", "%3B").replace(" ", "%20")
    assert (await client.get(quoted)).status_code == 404
    await client.post("/_sandbox/media/restore", json={"id": message_id})
    healed = await client.get(quoted)
    assert (healed.status_code, healed.content[:4]) == (200, b"OggS")


async def test_reaction_edit_and_revoke(world: World, receiver: Receiver) -> None:
    message_id, ada = world.say(ADA, "helo"), world.contact(ADA)
    people.react(world, ada, message_id, "👍")
    people.react(world, ada, message_id, "")
    people.edit(world, ada, message_id, "hello")
    people.revoke(world, ada, message_id)
    await world.settle()
    assert {one["reaction"] for one in receiver.named("message.reaction")} == {"👍", ""}
    assert {one["reacted_message_id"] for one in receiver.named("message.reaction")} == {message_id}
    (edited,) = receiver.named("message.edited")
    assert (edited["original_message_id"], edited["body"]) == (message_id, "hello")
    (revoked,) = receiver.named("message.revoked")
    assert (revoked["revoked_message_id"], revoked["revoked_from_me"]) == (message_id, True)
    (shown,) = world.screen(ADA)
    assert (shown["edited"], shown["revoked"], shown["reactions"]) == (True, True, [])


async def test_edit_of_a_caption_has_no_body(world: World, receiver: Receiver) -> None:
    message_id = world.say(ADA, "foto", kind="image")
    people.edit(world, world.contact(ADA), message_id, "photo")
    await world.settle()
    assert "body" not in receiver.named("message.edited")[0]


async def test_display_names_come_with_v9_only(make_world: MakeWorld, receiver: Receiver) -> None:
    world = make_world("v9")
    world.add_contact(ADA, "Ada Example", saved_name="Ada of the kettle")
    world.say(ADA, "hi")
    world.phone_say(ADA, "hi too")
    await world.settle()
    assert not receiver.requests[0][3]
    by_text = {payload["body"]: payload for payload in receiver.named("message")}
    assert by_text["hi"]["sender_display_name"] == "Ada of the kettle"
    assert "chat_name" not in by_text["hi too"]


async def test_typing_and_calls(world: World, receiver: Receiver) -> None:
    bia = world.add_contact(BIA, "Bia", "98765432101234")
    people.type_in(world, bia, {"media": "audio"})
    call_id = people.call(world, bia)
    await world.settle()
    (typing,) = receiver.named("chat_presence")
    assert (typing["chat_id"], typing["from"]) == ("98765432101234@lid", f"{BIA}@s.whatsapp.net")
    assert (typing["state"], typing["media"], typing["is_group"]) == ("composing", "audio", False)
    (ringing,) = receiver.named("call.offer")
    assert (ringing["call_id"], ringing["from"]) == (call_id, "98765432101234@lid")


async def test_events_wait_while_the_socket_is_down(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    await client.post("/_sandbox/devices/demo/drop", json={})
    world.say(ADA, "are you there")
    await world.settle()
    assert receiver.requests == []
    assert (await client.get("/app/reconnect")).status_code == 200
    await world.settle()
    assert receiver.named("message")[0]["body"] == "are you there"


async def test_group_life(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    world.add_contact(BIA, "Bia")
    group = (await client.post("/_sandbox/groups", json={"subject": "Team", "members": [ADA]})).json()
    jid = group["jid"]
    await client.post(f"/_sandbox/groups/{jid}/add", json={"phones": [BIA]})
    world.say(BIA, "hello all", chat=jid)
    await world.settle()
    assert receiver.named("group.joined")[0]["group_name"] == "Team"
    assert receiver.named("group.participants")[0] == {
        "chat_id": jid,
        "type": "join",
        "jids": [f"{BIA}@s.whatsapp.net"],
    }
    (said,) = receiver.named("message")
    assert (said["chat_id"], said["from"]) == (jid, f"{BIA}@s.whatsapp.net")
    info = (await client.get("/group/info", params={"group_id": jid})).json()["results"]
    assert (info["Name"], info["ParticipantCount"]) == ("Team", 3)
    listed = (await client.get("/group/participants", params={"group_id": jid})).json()["results"][
        "participants"
    ]
    assert listed[0]["is_super_admin"] is True


async def test_owner_reading_on_the_phone_acks_incoming_ids(world: World, receiver: Receiver) -> None:
    message_id = world.say(ADA, "hi")
    people.read(world, None, ADA)
    await world.settle()
    (ack,) = receiver.named("message.ack")
    assert (ack["ids"], ack["from"], ack["receipt_type"]) == ([message_id], HERE, "read")
