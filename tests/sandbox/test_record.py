"""The gateway's record and its holes: what outages, edits, revokes and logouts leave of it (contract 4.4, decisions D3)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rookery.sandbox import people
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, MakeWorld, Receiver, client_of, control, results

AT = 1772636645
CHAT = f"/chat/{ADA}@s.whatsapp.net/messages"


async def contents(client: httpx.AsyncClient, **query: Any) -> list[str]:
    return [row["content"] for row in (await results(client, CHAT, **query))["data"] or []]


async def test_ten_minutes_of_outage_can_be_played(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    """The clock goes back first, so that nothing is said in the future."""
    begun = (await control(client, "/clock", advance=-600))["now"]
    await control(client, "/webhooks", drop=True)
    for number in range(10):
        await control(client, f"/contacts/{ADA}/say", text=str(number))
        await control(client, "/clock", advance=60)
    await control(client, "/webhooks", drop=False)
    await world.settle()
    assert receiver.events == []
    assert (await client.get("/_sandbox/clock")).json()["shift"] == 0
    rows = (await results(client, CHAT))["data"]
    assert [row["content"] for row in rows] == [str(number) for number in reversed(range(10))]
    assert rows[0]["timestamp"] > rows[-1]["timestamp"]
    assert abs(world.now() - begun - 600) < 60
    assert (await control(client, "/clock", advance=-5, reset=True))["shift"] == -5


async def test_clock_survives_a_restart_of_the_world(make_world: MakeWorld, tmp_path: Any) -> None:
    first = make_world(data_dir=tmp_path)
    first.advance(-1000)
    assert make_world(data_dir=tmp_path).shift == -1000


async def test_edit_changes_row_and_mark_and_keeps_the_time(world: World, client: httpx.AsyncClient) -> None:
    message_id = world.say(ADA, "helo", at=AT)
    await control(client, f"/contacts/{ADA}/edit", id=message_id, text="hello", at=AT + 60)
    (row,) = (await results(client, CHAT))["data"]
    assert (row["content"], row["timestamp"]) == ("hello", "2026-03-04T15:04:05Z")
    assert row["updated_at"] == "2026-03-04T15:05:05Z"


async def test_edit_of_something_unknown_makes_a_row_with_its_own_time(
    world: World, client: httpx.AsyncClient
) -> None:
    message_id = world.say(ADA, "helo", at=AT, stored=False)
    assert (await client.get(CHAT)).status_code == 500
    await control(client, f"/contacts/{ADA}/edit", id=message_id, text="hello", at=AT + 60)
    (row,) = (await results(client, CHAT))["data"]
    assert (row["id"], row["content"], row["timestamp"]) == (message_id, "hello", "2026-03-04T15:05:05Z")
    assert await contents(client, end_time="2026-03-04T15:04:30Z") == []


async def test_undecrypted_edit_leaves_the_row_alone(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    message_id = world.say(ADA, "helo")
    made = await control(client, f"/contacts/{ADA}/edit", id=message_id, text="hello", failed=True)
    await world.settle()
    hollow = receiver.named("message")[1]
    assert hollow["id"] == made["id"]
    assert "body" not in hollow
    assert await contents(client) == ["helo"]
    assert world.screen(ADA)[0]["text"] == "hello"


async def test_claims_whose_webhook_is_lost_are_seen_in_the_record(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    message_id = world.say(ADA, "helo", silent=True)
    await control(client, f"/contacts/{ADA}/react", id=message_id, emoji="🎉", silent=True)
    await control(client, f"/contacts/{ADA}/edit", id=message_id, text="hello", silent=True)
    gone = world.say(ADA, "oops", silent=True)
    await control(client, f"/contacts/{ADA}/revoke", id=gone, silent=True)
    await world.settle()
    assert receiver.events == []
    newer, older = (await results(client, CHAT))["data"]
    assert (newer["id"], newer["content"]) == (gone, "oops"), "the fork keeps what was revoked"
    assert (older["content"], older["reactions"][0]["emoji"]) == ("hello", "🎉")


async def test_someone_elses_edit_changes_nothing_and_is_announced(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    sent = await client.post("/send/message", json={"phone": ADA, "message": "our price"})
    message_id = sent.json()["results"]["message_id"]
    await control(client, f"/contacts/{ADA}/edit", id=message_id, text="their price")
    await world.settle()
    assert receiver.named("message.edited")[0]["body"] == "their price"
    assert world.screen(ADA)[0]["text"] == "our price"
    assert await contents(client) == ["our price"]


async def test_gap_takes_rows_of_a_span(world: World, client: httpx.AsyncClient) -> None:
    world.add_contact(BIA, "Bia")
    ids = [world.say(ADA, str(number), at=AT + number) for number in range(4)]
    other = world.say(BIA, "other chat", at=AT + 1)
    lost = await control(client, "/history/gap", chat=ADA, after=AT + 1, before=AT + 2)
    assert lost["ids"] == ids[1:3]
    assert await contents(client) == ["3", "0"]
    assert (await control(client, "/history/gap", after=AT))["ids"] == [ids[0], ids[3], other]
    assert (await client.post("/_sandbox/history/gap", json={"after": 5, "before": 4})).status_code == 400


@pytest.mark.parametrize(("profile", "status"), [("v7", 500), ("v8", 500), ("v9", 200)])
async def test_unknown_chat(make_world: MakeWorld, profile: str, status: int) -> None:
    world = make_world(profile)
    async with client_of(world) as client:
        answer = await client.get(CHAT)
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["results"]["data"] is None
        assert answer.json()["results"]["chat_info"]["last_message_time"] == ""
    else:
        assert "not found" in answer.json()["message"]


@pytest.mark.parametrize(("profile", "left"), [("v8", False), ("v9", True)])
async def test_unlinking_one_phone_wipes_the_fork_s_record_for_all(
    make_world: MakeWorld, profile: str, left: bool
) -> None:
    world = make_world(profile)
    world.add_device("second", "15550000002")
    world.add_contact(ADA, "Ada")
    world.say(ADA, "to the first")
    world.say(ADA, "to the second", device="second")
    async with client_of(world) as client:
        await control(client, "/devices/demo/logout")
        chats = await client.get("/chats", headers={"x-device-id": "second"})
    assert bool(chats.json()["results"]["data"]) is left
    assert len(world.screen(ADA, account="15550000002")) == 1


@pytest.mark.parametrize(("profile", "total"), [("v8", 3), ("v9", 1)])
async def test_total_counts_the_rows_of_other_accounts_too(
    make_world: MakeWorld, profile: str, total: int
) -> None:
    world = make_world(profile)
    world.add_device("second", "15550000002")
    world.add_contact(ADA, "Ada")
    world.say(ADA, "one", device="demo")
    world.say(ADA, "two", device="second")
    world.say(ADA, "three", device="second")
    async with client_of(world) as client:
        answer = await client.get(CHAT, headers={"x-device-id": "demo"})
    assert answer.json()["results"]["pagination"]["total"] == total
    assert len(answer.json()["results"]["data"]) == 1


async def test_archived_chats(world: World, client: httpx.AsyncClient) -> None:
    world.add_contact(BIA, "Bia")
    world.say(ADA, "one")
    world.say(BIA, "two")
    answer = await client.post(f"/chat/{ADA}@s.whatsapp.net/archive", json={"archived": True})
    assert answer.json()["results"]["archived"] is True
    found = {}
    for archived in ("", "true", "false"):
        listed = (await results(client, "/chats", archived=archived))["data"]
        found[archived] = {chat["name"] for chat in listed}
    assert found == {"": {"Ada Example", "Bia"}, "true": {"Ada Example"}, "false": {"Bia"}}
    pinned = await client.post(f"/chat/{ADA}@s.whatsapp.net/pin", json={"pinned": True})
    assert pinned.json()["results"]["status"] == "success"
    broken = await client.post(f"/chat/{ADA}@s.whatsapp.net/pin", content=b"no")
    assert (broken.status_code, broken.json()["code"]) == (400, "BAD_REQUEST")


async def test_history_on_demand_names_the_chat_as_from(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    jid = (await control(client, "/groups", subject="Team", members=[ADA]))["jid"]
    ids = [world.say(ADA, f"old {number}", chat=jid, at=AT + number, silent=True) for number in range(3)]
    world.say(ADA, kind="sticker", chat=jid, at=AT + 1, silent=True)
    await world.settle()
    receiver.requests.clear()
    asked = await control(client, "/history/on_demand", chat=jid, before=AT + 2, count=2)
    await world.settle()
    assert asked["ids"] == ids[1:]
    assert receiver.named("message")[0] == {
        "id": ids[1], "from": jid, "sender": f"{ADA}@s.whatsapp.net", "body": "old 1",
        "timestamp": "2026-03-04T15:04:06Z", "is_from_me": False, "from_history_sync": True,
        "sync_type": "ON_DEMAND",
    }  # fmt: skip


async def test_history_on_demand_is_filtered_under_another_name(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.say(ADA, "old", at=AT, silent=True)
    for events in ("message", "on_demand_message"):
        await control(client, "/webhooks", events=events)
        await control(client, "/history/on_demand", chat=ADA)
        await world.settle()
        assert len(receiver.events) == (events == "on_demand_message")


async def test_delete_for_me_on_the_phone(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    jid = (await control(client, "/groups", subject="Team", members=[ADA]))["jid"]
    alone = world.say(ADA, kind="document", file="contract.pdf", at=AT)
    together = world.say(ADA, "in the group", chat=jid)
    unstored = world.say(ADA, kind="location")
    for message_id in (alone, together, unstored):
        await control(client, "/phone/delete", id=message_id)
    await world.settle()
    deleted = {one["deleted_message_id"]: one for one in receiver.named("message.deleted")}
    assert set(deleted) == {alone, together}
    assert (deleted[alone]["from"], deleted[alone]["original_media_type"]) == ("", "document")
    assert deleted[alone]["original_filename"] == "contract.pdf"
    assert deleted[together]["from"] == f"{ADA}@s.whatsapp.net"
    assert "timestamp" not in receiver.events[-1]
    assert len(world.screen(ADA)) == 2, "the customer still has it"
    assert (await client.get(CHAT)).status_code == 500


async def test_restart_loses_what_was_under_way(make_world: MakeWorld) -> None:
    async def never(*_given: object) -> int:
        raise ConnectionRefusedError("down")

    world = make_world(deliver=never, pace=1000.0)
    world.add_contact(ADA, "Ada")
    world.say(ADA, "lost")
    created = world.slots["demo"].created_at
    async with client_of(world) as client:
        await control(client, "/restart")
        state = await results(client, "/devices/demo/status")
    assert state == {"device_id": "demo", "is_connected": False, "is_logged_in": False}
    assert world.slots["demo"].created_at != created
    assert len(world.courier.attempts) <= 1


async def test_sessions_are_back_after_a_restart_with_what_came_meanwhile(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.restart()
    world.say(ADA, "said while it was down")
    await world.settle()
    assert receiver.named("message")[0]["body"] == "said while it was down"
    assert world.slots["demo"].online


async def test_labels_and_newsletters(world: World, client: httpx.AsyncClient, receiver: Receiver) -> None:
    world.add_contact(BIA, "Bia", "98765432101234")
    await control(client, "/labels", label_id="4", name="VIP", color=3, predefined_id=2, deleted=False)
    await control(client, "/labels/4/chat", chat=BIA)
    jid = (await control(client, "/newsletters", name="Example News", description="all of it"))["jid"]
    post = await control(client, f"/newsletters/{jid}/say", text="Sale!")
    await control(client, f"/newsletters/{jid}/counters", id=post["id"], views=12, reactions={"👍": 3})
    await control(client, f"/newsletters/{jid}/mute", muted=True)
    listed = (await results(client, "/user/my/newsletters"))["data"]
    assert listed[0]["viewer_metadata"] == {"mute": "on", "role": "subscriber"}
    await control(client, f"/newsletters/{jid}/leave")
    await world.settle()
    payloads = {event["event"]: event["payload"] for event in receiver.events}
    assert payloads["label.edit"] == {
        "label_id": "4", "name": "VIP", "color": 3, "predefined_id": 2, "deleted": False,
    }  # fmt: skip
    assert payloads["label.association"] == {
        "label_id": "4", "labeled": True, "chat_id": f"{BIA}@s.whatsapp.net", "chat_lid": "98765432101234@lid",
    }  # fmt: skip
    assert payloads["newsletter.joined"] == {
        "newsletter_id": jid, "name": "Example News", "description": "all of it",
    }  # fmt: skip
    assert (payloads["message"]["chat_id"], payloads["message"]["from"]) == (jid, jid)
    (counted,) = payloads["newsletter.message"]["messages"]
    assert (counted["views_count"], counted["reaction_counts"]) == (12, {"👍": 3})
    assert payloads["newsletter.mute"]["mute"] == "on"
    assert payloads["newsletter.left"]["role"] == "subscriber"
    assert (await client.post("/_sandbox/labels", json={"label_id": "4", "color": "red"})).status_code == 400


async def test_group_call_rows_and_people_outside(world: World, client: httpx.AsyncClient) -> None:
    with pytest.raises(LookupError):
        people.delete(world, "NOBODY")
    assert (await client.post("/_sandbox/newsletters/x@newsletter/leave", json={})).status_code == 404
