"""The builds between v7 and v9, told by their fields (contract 1.3, 1.4)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rookery.sandbox import people
from rookery.sandbox.dialect import DIALECTS
from rookery.sandbox.world import World
from tests.sandbox.conftest import ADA, BIA, Receiver, control

ENVELOPED = [name for name, dialect in DIALECTS.items() if not dialect.flat]


async def spoken(world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str) -> None:
    await control(client, "/webhooks", dialect=dialect)
    receiver.requests.clear()


@pytest.mark.parametrize(
    ("dialect", "image", "body"),
    [
        ("8.0", {"media_path", "mime_type", "caption"}, None),
        ("8.1-fork", {"media_path", "mime_type", "caption"}, None),
        ("8.2", None, None),
        ("8.11", {"path", "caption"}, "look"),
        ("9.2", {"path", "caption"}, "look"),
    ],
)
async def test_captioned_picture(
    world: World,
    client: httpx.AsyncClient,
    receiver: Receiver,
    dialect: str,
    image: set[str] | None,
    body: str | None,
) -> None:
    await spoken(world, client, receiver, dialect)
    world.say(ADA, "look", kind="image")
    await world.settle()
    (payload,) = receiver.named("message")
    assert (set(payload["image"]) if image else type(payload["image"])) == (image or str)
    assert payload.get("body") == body
    assert payload.get("caption") == ("look" if dialect == "8.1-fork" else None)


@pytest.mark.parametrize(
    ("dialect", "heard"), [("8.0", 0), ("8.2", 0), ("8.1-fork", 1), ("8.11", 1), ("9.2", 1)]
)
async def test_own_messages_and_their_mark(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str, heard: int
) -> None:
    await spoken(world, client, receiver, dialect)
    world.say(ADA, "theirs")
    world.phone_say(ADA, "ours")
    await world.settle()
    marks = {payload["body"]: payload.get("is_from_me") for payload in receiver.named("message")}
    assert marks == ({"theirs": False, "ours": True} if heard else {"theirs": None})


@pytest.mark.parametrize("dialect", ENVELOPED)
async def test_lid_chat_is_resolved_since_8_3(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str
) -> None:
    world.add_contact(BIA, "Bia", "98765432101234")
    await spoken(world, client, receiver, dialect)
    world.say(BIA, "oi")
    await world.settle()
    (payload,) = receiver.named("message")
    early = dialect in {"8.0", "8.1-fork", "8.2"}
    assert payload["chat_id"] == ("98765432101234@lid" if early else f"{BIA}@s.whatsapp.net")
    assert ("chat_lid" in payload) is not early
    assert payload["from"] == f"{BIA}@s.whatsapp.net"


@pytest.mark.parametrize("dialect", ENVELOPED)
async def test_session_id_came_with_8_8(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str
) -> None:
    await spoken(world, client, receiver, dialect)
    world.say(ADA, "hi")
    await world.settle()
    assert ("session_id" in receiver.events[0]) is (dialect not in {"8.0", "8.1-fork", "8.2"})
    assert receiver.requests[0][3] is (dialect not in {"v9", "9.2"})


@pytest.mark.parametrize(
    ("dialect", "names"),
    [
        ("8.0", set()),
        ("8.2", {"newsletter.joined", "group.joined"}),
        ("8.11", {"newsletter.joined", "group.joined", "label.edit", "call.offer", "chat_presence"}),
        (
            "v8",
            {
                "newsletter.joined", "group.joined", "label.edit", "call.offer", "chat_presence",
                "history_sync_complete",
            },
        ),
    ],
)  # fmt: skip
async def test_events_that_a_build_has(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str, names: set[str]
) -> None:
    await spoken(world, client, receiver, dialect)
    people.call(world, world.contact(ADA))
    people.type_in(world, world.contact(ADA), {})
    await control(client, "/labels", label_id="4", name="VIP")
    await control(client, "/newsletters", name="News")
    await control(client, "/groups", subject="Team", members=[ADA])
    await control(client, "/history/complete")
    await world.settle()
    assert {event["event"] for event in receiver.events} == names


async def test_flat_delete_for_me_names_its_device_in_8_0(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    message_id = world.say(ADA, "hi")
    await world.settle()
    await spoken(world, client, receiver, "8.0")
    await control(client, "/phone/delete", id=message_id)
    await world.settle()
    (event,) = receiver.events
    assert (event["action"], event["device_id"]) == ("event.delete_for_me", "15550000001@s.whatsapp.net")


@pytest.mark.parametrize(("dialect", "lost"), [("8.0", True), ("8.2", True), ("v8", False), ("8.11", False)])
async def test_failed_download_loses_the_event_before_8_8(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str, lost: bool
) -> None:
    await spoken(world, client, receiver, dialect)
    world.say(ADA, kind="image", media="missing")
    await world.settle()
    assert (receiver.events == []) is lost


@pytest.mark.parametrize(
    ("dialect", "event"), [("8.2", "message"), ("8.11", "message.edited"), ("v8", "message.edited")]
)
async def test_secret_edits_are_empty_messages_before_8_7(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str, event: str
) -> None:
    message_id = world.say(ADA, "helo")
    await world.settle()
    await spoken(world, client, receiver, dialect)
    made = await control(client, f"/contacts/{ADA}/edit", id=message_id, text="hello", secret=True)
    await world.settle()
    (found,) = receiver.events
    assert (found["event"], found["payload"]["id"]) == (event, made["id"])
    assert found["payload"].get("body") == ("hello" if event == "message.edited" else None)


@pytest.mark.parametrize(
    ("dialect", "keys"),
    [("8.2", {"displayName", "vcard", "contextInfo"}), ("8.11", {"displayName", "vcard", "phone_number"})],
)
async def test_contact_cards_before_and_after_8_5(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str, keys: set[str]
) -> None:
    await spoken(world, client, receiver, dialect)
    world.say(ADA, contact={"name": "Zé", "phone": "+55 31 98888-0000"})
    world.say(ADA, kind="contacts")
    await world.settle()
    one, several = receiver.named("message")
    assert set(one["contact"]) == keys
    assert ("contacts_array" in several) is (dialect == "8.11")


@pytest.mark.parametrize(("dialect", "shown"), [("8.11", False), ("v8", False), ("9.2", True)])
async def test_interactive_messages_are_told_since_9_1(
    world: World, client: httpx.AsyncClient, receiver: Receiver, dialect: str, shown: bool
) -> None:
    await spoken(world, client, receiver, dialect)
    world.say(ADA, "Your order\n[Show]", kind="interactive", file="order.jpg")
    await world.settle()
    (payload,) = receiver.named("message")
    assert payload.get("interactive") == ("Your order\n[Show]" if shown else None)
    assert len(payload.get("interactive_media", [])) == int(shown)
    assert "body" not in payload


async def test_v7_fork_names_the_whole_chat(
    world: World, client: httpx.AsyncClient, receiver: Receiver
) -> None:
    world.add_contact(BIA, "Bia", "98765432101234")
    await spoken(world, client, receiver, "v7-fork")
    world.say(BIA, "oi")
    await world.settle()
    (event,) = receiver.events
    assert (event["chat_jid"], event["chat_lid"]) == (f"{BIA}@s.whatsapp.net", "98765432101234@lid")


@pytest.mark.parametrize("wrong", ["7.5", "", 8])
async def test_unknown_dialects_are_refused(client: httpx.AsyncClient, wrong: Any) -> None:
    answer = await client.post("/_sandbox/webhooks", json={"dialect": wrong})
    assert answer.status_code == 400
    assert "8.11" in answer.json()["error"]
