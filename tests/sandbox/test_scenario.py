"""The people of the demo: what they do, and that all of it can be done."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from rookery.sandbox import acts
from rookery.sandbox.cast import CAST, GROUP_JID, GROUP_SUBJECT, Person
from rookery.sandbox.scenario import Scenario
from rookery.sandbox.world import World
from tests.sandbox.conftest import MakeWorld, Receiver, client_of, results


@pytest.fixture
async def scenario(make_world: MakeWorld) -> Scenario:
    made = Scenario(make_world())
    made.introduce()
    made.tell_history()
    await made.world.settle()
    return made


def _deeds(person: Person) -> list[dict[str, Any]]:
    found = [*person.lines, *person.answers]
    return [deed for act in found for deed in (act, act.get("then")) if deed]


async def test_past_shows_a_group_with_several_people_and_a_reaction(
    scenario: Scenario, receiver: Receiver
) -> None:
    payloads = receiver.named("message")
    authors = {payload["from"] for payload in payloads if payload["chat_id"] == GROUP_JID}
    assert len(authors) >= 3
    assert {"image", "audio", "document", "contact", "sticker"} <= {key for one in payloads for key in one}
    assert receiver.named("message.reaction")[0]["reaction"] == "❤️"


@pytest.mark.parametrize("person", CAST, ids=lambda person: person.name)
async def test_everything_somebody_does_can_be_done_again_and_again(
    scenario: Scenario, person: Person
) -> None:
    contact = scenario.world.contacts[person.phone]
    for _round in range(2):
        for deed in _deeds(person):
            acts.perform(scenario.world, contact, deed)
    await scenario.world.settle()
    assert scenario.world.screen(person.phone, GROUP_JID) or scenario.world.screen(person.phone)


async def test_life_shows_every_kind_of_event(scenario: Scenario, receiver: Receiver) -> None:
    receiver.requests.clear()
    for person in CAST:
        for _line in person.lines:
            await scenario._speak(scenario.world.contacts[person.phone], scenario._next_line(person))
    await scenario.world.settle()
    events = Counter(event["event"] for event in receiver.events)
    assert set(events) >= {
        "message", "message.reaction", "message.edited", "message.revoked", "group.participants", "call.offer",
        "chat_presence",
    }  # fmt: skip
    kinds = {key for payload in receiver.named("message") for key in payload}
    assert {"image", "video", "audio", "document", "sticker", "contact", "location"} <= kinds


async def test_group_and_some_people_have_pictures(scenario: Scenario) -> None:
    world: World = scenario.world
    async with client_of(world) as client:
        for address in (GROUP_JID, "15550000101"):
            url = (await results(client, "/user/avatar", phone=address))["url"]
            assert (await client.get(url, auth=None)).status_code == 200
        assert (await results(client, "/group/info", group_id=GROUP_JID))["Name"] == GROUP_SUBJECT
        nobody: httpx.Response = await client.get("/user/avatar", params={"phone": "15550000103"})
    assert nobody.status_code == 500


def test_everybody_is_fictional_and_known_once() -> None:
    phones = [person.phone for person in CAST]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith(("1555000", "5511900000")) for phone in phones)
