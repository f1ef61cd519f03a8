"""The gateway's own record: `/chats`, `/chat/:jid/messages`, download, and what API calls leave in it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rookery.sandbox import people, samples
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, MakeWorld, client_of

CHAT = f"/chat/{ADA}@s.whatsapp.net/messages"
AT = 1772636645


async def rows(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(CHAT, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]["data"] or []


async def test_received_row(world: World, client: httpx.AsyncClient) -> None:
    message_id = world.say(ADA, "hi", at=AT)
    results = (await client.get(CHAT)).json()["results"]
    (row,) = results["data"]
    assert (row["id"], row["sender_jid"], row["is_from_me"]) == (message_id, f"{ADA}@s.whatsapp.net", False)
    assert (row["content"], row["timestamp"], row["media_type"]) == ("hi", "2026-03-04T15:04:05Z", "")
    assert row["sender_name"] == "Ada Example"
    assert results["pagination"] == {"limit": 50, "offset": 0, "total": 1}
    assert results["chat_info"]["jid"] == f"{ADA}@s.whatsapp.net"


async def test_api_row_has_an_ad_sender_and_the_phone_s_has_not(
    world: World, client: httpx.AsyncClient
) -> None:
    await client.post("/send/message", json={"phone": ADA, "message": "by API"})
    world.phone_say(ADA, "by hand")
    senders = {row["content"]: row["sender_jid"] for row in await rows(client)}
    assert senders == {"by API": "15550000001:11@s.whatsapp.net", "by hand": "15550000001@s.whatsapp.net"}


async def test_api_row_comes_late(make_world: MakeWorld) -> None:
    world = make_world(pace=100.0)
    world.add_contact(ADA, "Ada")
    async with client_of(world) as client:
        world.say(ADA, "hi")
        await client.post("/send/message", json={"phone": ADA, "message": "hello"})
        assert [row["content"] for row in await rows(client)] == ["hi"]
    assert [shown["text"] for shown in world.screen(ADA)] == ["hi", "hello"]


async def test_api_media_content_is_decorated(world: World, client: httpx.AsyncClient) -> None:
    image = ("a.png", samples.picture("PNG"), "image/png")
    await client.post("/send/image", data={"phone": ADA}, files={"image": image})
    await client.post(
        "/send/file", data={"phone": ADA}, files={"file": ("a.pdf", b"%PDF-", "application/pdf")}
    )
    world.say(ADA, kind="image")
    assert [row["content"] for row in reversed(await rows(client))] == ["🖼️ Image", "📄 a.pdf", ""]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["five", "four", "photo", "two", "one"]),
        ({"limit": 2}, ["five", "four"]),
        ({"limit": 2, "offset": 1}, ["four", "photo"]),
        ({"media_only": "true"}, ["photo"]),
        ({"is_from_me": "true"}, ["four"]),
        ({"start_time": "2026-03-04T15:04:07Z", "end_time": "2026-03-04T15:04:08Z"}, ["four", "photo"]),
        ({"search": "F", "is_from_me": "true", "offset": 1}, ["five", "four"]),
    ],
)
async def test_filters(
    world: World, client: httpx.AsyncClient, query: dict[str, Any], expected: list[str]
) -> None:
    world.say(ADA, "one", at=AT)
    world.say(ADA, "two", at=AT + 1)
    world.say(ADA, "photo", kind="image", at=AT + 2)
    world.phone_say(ADA, "four", at=AT + 3)
    world.say(ADA, "five", at=AT + 4)
    assert [row["content"] for row in await rows(client, **query)] == expected


@pytest.mark.parametrize(
    ("query", "status"), [({"limit": 101}, 400), ({"limit": 0}, 400), ({"start_time": "x"}, 500)]
)
async def test_wrong_queries(
    world: World, client: httpx.AsyncClient, query: dict[str, Any], status: int
) -> None:
    world.say(ADA, "one")
    assert (await client.get(CHAT, params=query)).status_code == status


async def test_received_edit_changes_the_row_and_keeps_its_time(
    world: World, client: httpx.AsyncClient
) -> None:
    message_id = world.say(ADA, "helo", at=AT)
    people.edit(world, world.contact(ADA), message_id, "hello")
    (row,) = await rows(client)
    assert (row["content"], row["timestamp"]) == ("hello", "2026-03-04T15:04:05Z")


async def test_own_edits_reactions_and_revokes_leave_the_row_alone(
    world: World, client: httpx.AsyncClient
) -> None:
    sent = (await client.post("/send/message", json={"phone": ADA, "message": "helo"})).json()["results"][
        "message_id"
    ]
    for path, extra in (("update", {"message": "hello"}), ("reaction", {"emoji": "👍"}), ("revoke", {})):
        answer = await client.post(f"/message/{sent}/{path}", json={"phone": ADA, **extra})
        assert answer.status_code == 200
        assert answer.json()["results"]["message_id"] != sent
    (row,) = await rows(client)
    assert row["content"] == "helo"
    assert "reactions" not in row
    (shown,) = world.screen(ADA)
    assert (shown["edited"], shown["revoked"], len(shown["reactions"])) == (True, True, 1)


async def test_received_reactions_are_listed(world: World, client: httpx.AsyncClient) -> None:
    message_id = world.say(ADA, "hi")
    people.react(world, world.contact(ADA), message_id, "🎉")
    (row,) = await rows(client)
    assert [(one["emoji"], one["is_from_me"]) for one in row["reactions"]] == [("🎉", False)]


async def test_read_echoes_the_id_and_turns_their_ticks_blue(world: World, client: httpx.AsyncClient) -> None:
    message_id = world.say(ADA, "hi")
    answer = await client.post(f"/message/{message_id}/read", json={"phone": ADA})
    assert answer.json()["results"]["message_id"] == message_id
    assert world.screen(ADA)[0]["status"] == "read"


async def test_download_writes_a_new_file_each_time(world: World, client: httpx.AsyncClient) -> None:
    message_id = world.say(ADA, kind="audio", at=AT)
    path, query = f"/message/{message_id}/download", {"phone": f"{ADA}@s.whatsapp.net"}
    first = (await client.get(path, params=query)).json()["results"]
    second = (await client.get(path, params=query)).json()["results"]
    assert first["file_path"] != second["file_path"]
    assert first["file_path"].startswith(f"statics/media/{ADA}/2026-03-04/")
    assert (await client.get(first["file_url"], auth=None)).content[:4] == b"OggS"
    other = await client.get(path, params={"phone": BIA})
    assert other.status_code == 500
    assert "does not belong to chat" in other.json()["message"]


async def test_chats_are_listed_newest_first(world: World, client: httpx.AsyncClient) -> None:
    world.add_contact(BIA, "Bia")
    world.say(ADA, "one", at=AT)
    world.say(BIA, "two", at=AT + 5)
    listed = (await client.get("/chats")).json()["results"]
    assert [chat["name"] for chat in listed["data"]] == ["Bia", "Ada Example"]
    found = (await client.get("/chats", params={"search": "ada"})).json()["results"]
    assert (found["pagination"]["total"], found["data"][0]["last_message_time"]) == (
        1,
        "2026-03-04T15:04:05Z",
    )
    assert (await client.get("/chats", params={"limit": 101})).status_code == 400


async def test_encoded_chat_jid(world: World, client: httpx.AsyncClient) -> None:
    world.say(ADA, "one")
    assert (await client.get(CHAT.replace("@", "%40"))).status_code == 200


@pytest.mark.parametrize(("profile", "left"), [("v8", 1), ("v9", 0)])
async def test_revoked_row_stays_in_the_fork_only(make_world: MakeWorld, profile: str, left: int) -> None:
    world = make_world(profile)
    world.add_contact(ADA, "Ada")
    message_id = world.say(ADA, "oops")
    people.revoke(world, world.contact(ADA), message_id)
    async with client_of(world) as client:
        assert len(await rows(client)) == left
