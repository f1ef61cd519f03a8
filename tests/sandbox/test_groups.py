"""Group life: events in the gateway's order, what `/group/*` says, receipts of each member (contract 4.5, 6.4.16)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rookery.sandbox import people
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, Receiver, control, results

OWN = "15550000001@s.whatsapp.net"
CARL = "15550000103"
LID = "98765432101234@lid"


@pytest.fixture
async def jid(world: World, client: httpx.AsyncClient) -> str:
    """A group of Ada (owner) and Bia (whose number the gateway does not know)."""
    world.add_contact(BIA, "Bia", "98765432101234", lid_known=False)
    world.add_contact(CARL, "Carl")
    made = await control(client, "/groups", subject="Team", members=[ADA, BIA], topic="tea")
    return str(made["jid"])


async def info(client: httpx.AsyncClient, jid: str) -> dict[str, Any]:
    found: dict[str, Any] = await results(client, "/group/info", group_id=jid)
    return found


async def test_one_stroke_tells_join_leave_promote_demote_in_turn(
    world: World, client: httpx.AsyncClient, receiver: Receiver, jid: str
) -> None:
    await control(client, f"/groups/{jid}/promote", phones=[BIA])
    await world.settle()
    receiver.requests.clear()
    changes = {"demote": [BIA], "add": [CARL], "promote": [ADA], "remove": [ADA]}
    answer = await client.post(f"/_sandbox/groups/{jid}/live", json={**changes, "promote": [CARL]})
    assert answer.status_code == 200
    await world.settle()
    assert [(one["type"], one["jids"]) for one in receiver.named("group.participants")] == [
        ("join", [f"{CARL}@s.whatsapp.net"]),
        ("leave", [f"{ADA}@s.whatsapp.net"]),
        ("promote", [f"{CARL}@s.whatsapp.net"]),
        ("demote", [LID]),
    ]
    members = {one["LID"] or one["JID"]: one["IsAdmin"] for one in (await info(client, jid))["Participants"]}
    assert members == {LID: False, OWN: False, f"{CARL}@s.whatsapp.net": True}


async def test_one_event_after_the_other_under_one_budget(
    world: World, client: httpx.AsyncClient, receiver: Receiver, jid: str
) -> None:
    await world.settle()
    receiver.requests.clear()
    receiver.answers = [500, 500, 200]
    await control(client, f"/groups/{jid}/live", add=[CARL], promote=[CARL])
    await world.settle()
    assert [one["type"] for one in receiver.named("group.participants")] == ["join"] * 3 + ["promote"]


async def test_own_account_leaves_and_joins(
    world: World, client: httpx.AsyncClient, receiver: Receiver, jid: str
) -> None:
    await control(client, f"/groups/{jid}/remove", phones=["15550000001"])
    gone = await client.get("/group/info", params={"group_id": jid})
    assert (gone.status_code, gone.json()["message"]) == (500, "you're not participating in that group")
    await control(client, f"/groups/{jid}/add", phones=["15550000001"])
    await world.settle()
    told = [(one["type"], one["jids"]) for one in receiver.named("group.participants")]
    assert told == [("leave", [OWN]), ("join", [OWN])]


async def test_joining_may_name_a_reason_and_be_accompanied(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await control(client, "/groups", subject="Deals", members=[ADA], reason="invite", with_join=True)
    await world.settle()
    (joined,) = receiver.named("group.joined")
    assert joined == {
        "chat_id": made["jid"], "type": "join", "jids": [OWN], "reason": "invite", "group_name": "Deals",
    }  # fmt: skip
    assert receiver.named("group.participants")[0]["jids"] == [OWN]


async def test_settings_change_without_any_event(
    world: World, client: httpx.AsyncClient, receiver: Receiver, jid: str
) -> None:
    await world.settle()
    receiver.requests.clear()
    before = await info(client, jid)
    await control(client, "/clock", advance=60)
    await control(
        client, f"/groups/{jid}", subject="Tea team", announce=True, locked=True, timer=86400, by=BIA
    )
    await world.settle()
    assert receiver.events == []
    after = await info(client, jid)
    assert (after["Name"], after["IsAnnounce"], after["IsLocked"]) == ("Tea team", True, True)
    assert (after["IsEphemeral"], after["DisappearingTimer"]) == (True, 86400)
    assert after["NameSetAt"] > before["NameSetAt"]
    assert (after["NameSetBy"], after["NameSetByPN"]) == (LID, "")
    wrong = await client.post(f"/_sandbox/groups/{jid}", json={"locked": "very"})
    assert wrong.status_code == 400


async def test_members_are_addressed_by_lid_where_one_has_it(
    world: World, client: httpx.AsyncClient, jid: str
) -> None:
    world.add_contact(ADA, lid="90000000000101")
    found = await info(client, jid)
    assert found["AddressingMode"] == "lid"
    assert (found["OwnerJID"], found["OwnerPN"]) == ("90000000000101@lid", f"{ADA}@s.whatsapp.net")
    shown = [(one["JID"], one["PhoneNumber"], one["LID"]) for one in found["Participants"]]
    assert shown == [
        ("90000000000101@lid", f"{ADA}@s.whatsapp.net", "90000000000101@lid"),
        (LID, "", LID),
        (OWN, OWN, ""),
    ]
    listed = (await results(client, "/group/participants", group_id=jid))["participants"]
    assert [one["phone_number"] for one in listed] == [ADA, "98765432101234", "15550000001"]
    await control(client, f"/groups/{jid}", addressing="pn")
    assert (await info(client, jid))["Participants"][0]["JID"] == f"{ADA}@s.whatsapp.net"


async def test_each_member_acknowledges(
    world: World, client: httpx.AsyncClient, receiver: Receiver, jid: str
) -> None:
    await client.post("/send/message", json={"phone": jid, "message": "all"})
    await world.settle()
    acks = {(one["from"], one["receipt_type"], one["chat_id"]) for one in receiver.named("message.ack")}
    assert acks == {
        (member, kind, jid) for member in (f"{ADA}@s.whatsapp.net", LID) for kind in ("delivered", "read")
    }


async def test_admin_revokes_what_another_wrote(world: World, receiver: Receiver, jid: str) -> None:
    message_id = world.say(BIA, "spam", chat=jid)
    people.revoke(world, world.contact(BIA), world.say(ADA, "fine", chat=jid))
    people.revoke(world, world.contact(ADA), message_id)
    await world.settle()
    by_member, by_admin = receiver.named("message.revoked")
    assert [one["revoked_from_me"] for one in (by_member, by_admin)] == [False, False]
    assert by_admin["from"] == f"{ADA}@s.whatsapp.net"
    assert [one["revoked"] for one in world.screen(ADA, jid)] == [True, False]


async def test_chats_call_a_group_by_its_number_until_history_told_its_subject(
    world: World, client: httpx.AsyncClient, jid: str
) -> None:
    world.say(ADA, "hi", chat=jid)
    name = (await results(client, "/chats"))["data"][0]["name"]
    assert name == f"Group {jid.partition('@')[0]}"
    await control(client, f"/groups/{jid}", in_history=True)
    assert (await results(client, "/chats"))["data"][0]["name"] == "Team"


async def test_my_groups(world: World, client: httpx.AsyncClient, jid: str) -> None:
    (listed,) = (await results(client, "/user/my/groups"))["data"]
    assert (listed["JID"], listed["Topic"], listed["ParticipantCount"]) == (jid, "tea", 3)


async def test_other_slots_hear_what_the_api_did_and_admins_may_revoke(
    world: World, client: httpx.AsyncClient, receiver: Receiver, jid: str
) -> None:
    """Nothing of it comes back to the slot that did it (contract 6.3)."""
    world.add_device("other", "15550000001")
    theirs = world.say(ADA, "spam", chat=jid)
    headers = {"x-device-id": "demo"}
    sent = await client.post("/send/message", json={"phone": jid, "message": "helo"}, headers=headers)
    ours = sent.json()["results"]["message_id"]
    await control(client, f"/groups/{jid}/promote", phones=["15550000001"])
    await world.settle()
    receiver.requests.clear()
    for path, extra in (
        (f"{ours}/update", {"message": "hello"}), (f"{ours}/reaction", {"emoji": "👍"}), (f"{theirs}/revoke", {}),
    ):  # fmt: skip
        await client.post(f"/message/{path}", json={"phone": jid, **extra}, headers=headers)
    await world.settle()
    heard = {
        (event["event"], event["session_id"], event["payload"]["is_from_me"]) for event in receiver.events
    }
    names = ("message.edited", "message.reaction", "message.revoked")
    assert heard == {(name, "other", True) for name in names}
    assert receiver.named("message.revoked")[0]["revoked_from_me"] is False
    assert world.screen(ADA, jid)[0]["revoked"] is True
