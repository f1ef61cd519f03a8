"""Chats, record pages, saved names, groups and pictures: over the simulated gateway, and over its odd answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from rookery.providers import errors as e
from rookery.providers.commands import ChatPage, GroupInfo, RecordPage
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.sandbox.world import World
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import BIA, answering, failure, success

PEER = Jid.of_phone(BIA)
GROUP = Jid.parse("120363041234567890@g.us")
START = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_chats_when_people_wrote_lists_them_newest_first(world: World, gateway: WhatsAppWeb) -> None:
    assert await gateway.chats() == ChatPage()
    world.add_contact("5531988880000", "Zé")
    world.say(BIA, "oi")
    world.say("5531988880000", "oi")
    await world.settle()
    found = await gateway.chats(limit=100)
    assert {row.jid for row in found.rows} == {PEER, Jid.of_phone("5531988880000")}
    assert (found.total, found.size) == (2, 2)
    assert all(row.name and row.last_message_at for row in found.rows)
    assert len((await gateway.chats(offset=1, limit=1)).rows) == 1


async def test_chats_when_answer_is_odd_keeps_what_is_usable() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        rows: list[Any] = [
            {"jid": "?"},
            5,
            {"jid": "1@lid", "last_message_time": "", "name": None, "archived": True},
        ]
        return success({"data": rows, "pagination": {"total": "x"}})

    found = await answering(answer).chats(offset=-1, limit=1_000)
    assert dict(asked[0].params) == {"limit": "100", "offset": "0"}
    assert [(str(row.jid), row.name, row.last_message_at, row.archived) for row in found.rows] == [
        ("1@lid", "", None, True)
    ]
    assert (found.size, found.total) == (3, 0)


@pytest.mark.parametrize("results", [None, {"data": None}, {}, [], "x"])
async def test_lists_when_gateway_says_null_are_empty(results: object) -> None:
    assert await answering(success(results)).chats() == ChatPage()
    assert await answering(success(results)).contacts() == ()
    assert await answering(success(results)).record_page(PEER, START, START) == RecordPage()
    assert await answering(success(results)).group_info(GROUP) == GroupInfo("")
    assert await answering(success(results)).avatar(PEER) is None


async def test_record_page_when_chat_has_rows_shows_the_newest_first(
    world: World, gateway: WhatsAppWeb
) -> None:
    first = world.say(BIA, "um")
    world.say(BIA, "dois")
    await world.settle()
    now = datetime.now(UTC)
    found = await gateway.record_page(PEER, now - HOUR, now + HOUR)
    assert [row.content for row in found.rows] == ["dois", "um"]
    assert found.rows[1].id == first
    assert (found.size, found.more, found.total) == (2, False, 2)
    assert found.rows[0].updated_at
    assert found.rows[0].sender_name == "Bia"
    older = await gateway.record_page(PEER, now - HOUR, now + HOUR, offset=1)
    assert [row.content for row in older.rows] == ["um"]
    unknown = await gateway.record_page(Jid.parse("999@lid"), now - HOUR, now)
    assert (unknown.rows, unknown.more) == ((), False)


async def test_record_page_when_rows_are_full_reads_them_whole() -> None:
    row = {
        "id": "call:1",
        "timestamp": "2026-03-04T15:00:00Z",
        "updated_at": "2026-03-04T15:05:00Z",
        "media_type": "call",
        "sender_display_name": "Beatriz",
        "call_metadata": '{"call_id": "1", "outcome": "missed"}',
        "reactions": [
            {"emoji": "👍", "sender_jid": f"{BIA}:3@s.whatsapp.net", "timestamp": "2026-03-04T15:01:00Z"},
            {"emoji": "", "sender_jid": "1@lid"},
            {"emoji": "🎉", "sender_jid": "?", "is_from_me": True, "timestamp": 5},
            7,
        ],
    }
    odd = {"id": "A", "call_metadata": "[broken", "reactions": None, "updated_at": ""}
    found = await answering(success({"data": [row, odd] * 50})).record_page(PEER, START, START + HOUR)
    assert found.more
    first, second = found.rows[:2]
    assert first.updated_at == START + timedelta(minutes=5)
    assert dict(first.call) == {"call_id": "1", "outcome": "missed"}
    assert first.sender_name == "Beatriz"
    assert [(one.emoji, one.sender, one.from_me) for one in first.reactions] == [
        ("👍", PEER, False),
        ("🎉", None, True),
    ]
    assert (second.reactions, dict(second.call), second.updated_at) == ((), {}, None)


async def test_group_info_when_we_are_in_it_names_its_people() -> None:
    people = [
        {"JID": "1@lid", "PhoneNumber": f"{BIA}@s.whatsapp.net", "LID": "1@lid", "IsSuperAdmin": True},
        {"JID": "2@lid", "PhoneNumber": "", "LID": "", "IsAdmin": True, "DisplayName": "Ana"},
        {"JID": "5531988880000@s.whatsapp.net", "PhoneNumber": "", "LID": ""},
        5,
    ]
    results = {
        "Name": "Fornecedores",
        "Topic": "t",
        "IsAnnounce": True,
        "IsLocked": True,
        "Participants": people,
    }
    found = await answering(success(results)).group_info(GROUP)
    assert (found.subject, found.topic, found.announce, found.locked) == ("Fornecedores", "t", True, True)
    shown = [(str(one.pn), str(one.lid), one.admin, one.owner, one.name) for one in found.members]
    assert shown == [
        (str(PEER), "1@lid", True, True, ""),
        ("None", "2@lid", True, False, "Ana"),
        ("5531988880000@s.whatsapp.net", "None", False, False, ""),
        ("None", "None", False, False, ""),
    ]


async def test_group_info_when_we_are_not_in_it_is_not_available(gateway: WhatsAppWeb) -> None:
    with pytest.raises(e.NotAvailable):
        await gateway.group_info(GROUP)


async def test_avatar_when_there_is_none_is_none(world: World, gateway: WhatsAppWeb) -> None:
    world.add_contact("5531988880000", "Zé")
    found = await gateway.avatar(PEER)
    assert found is None or (found.url and found.id)
    hidden = failure(500, "INTERNAL_SERVER_ERROR", "the user has hidden their profile picture from you")
    assert await answering(hidden).avatar(PEER) is None
    assert await answering(success({"url": "", "id": "5"})).avatar(PEER) is None
    assert await answering(success({"url": "file:///etc/passwd", "id": "5"})).avatar(PEER) is None
    pictured = await answering(
        success({"url": "https://pps.whatsapp.net/x", "id": "5", "type": "image"})
    ).avatar(PEER)
    assert pictured is not None
    assert (pictured.id, pictured.url) == ("5", "https://pps.whatsapp.net/x")


@pytest.mark.parametrize(
    "answer",
    [
        failure(408, "CONTEXT_ERROR", "Error timeout get avatar!"),
        failure(
            500, "INTERNAL_SERVER_ERROR", "runtime error: invalid memory address or nil pointer dereference"
        ),
        httpx.Response(500, text="panic"),
        httpx.Response(502),
        failure(504, "GATEWAY_TIMEOUT"),
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
    ],
)
async def test_details_when_gateway_panics_or_hangs_may_be_asked_again(
    answer: httpx.Response | Exception,
) -> None:
    gateway = answering(answer)
    for asking in (gateway.avatar(PEER), gateway.group_info(GROUP), gateway.contacts(), gateway.chats()):
        with pytest.raises(e.ProviderError) as caught:
            await asking
        assert caught.value.retry


async def test_details_when_number_is_not_linked_wait_for_it() -> None:
    answer = failure(401, "AUTHENTICATION_ERROR", "you are not logged in")
    with pytest.raises(e.OutOfService):
        await answering(answer).avatar(PEER)


async def test_contacts_when_saved_are_listed(world: World, gateway: WhatsAppWeb) -> None:
    found = await gateway.contacts()
    assert PEER in {one.jid for one in found}
