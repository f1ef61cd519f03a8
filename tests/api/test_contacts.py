"""Contacts: list, order, pages, search, one, and their conversations."""

from __future__ import annotations

from typing import Any

import pytest

from rookery.conversations.models import Contact, Conversation
from tests.api import rows
from tests.api.caller import Caller
from tests.cast import Cast, make_number

NOON = rows.NOON


def names(api: Caller, path: str = "contacts", **query: Any) -> list[str]:
    return [row["name"] for row in api.get(path, **query)["payload"]]


@pytest.fixture
def three(cast: Cast) -> None:
    for name, phone, active in (
        ("Ana", "5521911110000", 3),
        ("Caio", "5521922220000", None),
        ("Bia", "5521933330000", 9),
    ):
        rows.thread(
            cast,
            rows.contact(cast, name, phone, last_activity_at=active, email=f"{name.lower()}@example.com"),
        )


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "Bia Ana Caio"), ("name", "Ana Bia Caio"), ("-name", "Caio Bia Ana"), ("last_activity_at", "Ana Bia Caio"),
        ("-last_activity_at", "Bia Ana Caio"), ("-phone_number", "Bia Caio Ana"), ("email", "Ana Bia Caio"),
        ("created_at", "Ana Caio Bia"), ("company", "Ana Caio Bia"), ("nonsense", "Bia Ana Caio"),
    ],
)  # fmt: skip
def test_list_is_sorted_as_asked(api: Caller, sort: str, order: str) -> None:
    assert names(api, sort=sort) == order.split()


def test_list_counts_all_and_holds_fifteen(api: Caller, cast: Cast) -> None:
    for number in range(17):
        rows.chat(cast, f"n{number}")
    first = api.get("contacts")
    assert (first["meta"], len(first["payload"])) == ({"count": 17, "current_page": 1}, 15)
    second = api.get("contacts", page=2)
    assert (second["meta"], len(second["payload"])) == ({"count": 17, "current_page": "2"}, 2)
    seen = [row["id"] for row in first["payload"] + second["payload"]]
    assert len(set(seen)) == 17


def test_list_leaves_out_who_was_never_listed_or_became_another(api: Caller, cast: Cast) -> None:
    stays = rows.chat(cast, "Ana").contact
    rows.contact(cast, "member of a group")
    Contact.objects.filter(name="member of a group").update(listed=False)
    rows.contact(cast, "Ana's LID", merged_into=stays)
    assert names(api) == ["Ana"]


def test_list_leaves_the_places_out_when_asked(api: Caller, conversation: Conversation) -> None:
    assert "contact_inboxes" in api.get("contacts")["payload"][0]
    assert "contact_inboxes" not in api.get("contacts", include_contact_inboxes="false")["payload"][0]


def test_list_is_empty_when_a_label_is_asked_for(api: Caller, conversation: Conversation) -> None:
    assert api.get("contacts", **{"labels[]": "vip"}) == {
        "meta": {"count": 0, "current_page": 1},
        "payload": [],
    }


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("query", "found"),
    [("bi", "Bia"), ("CAIO@", "Caio"), ("+55 21 93333", "Bia"), ("91111", "Ana"), ("nobody", ""), ("%", "")],
)
def test_search_finds_part_of_name_mail_and_number(api: Caller, query: str, found: str) -> None:
    assert names(api, "contacts/search", q=query) == found.split()


def test_agent_sees_who_wrote_to_their_inboxes_and_those_places_alone(
    api: Caller, agent: Caller, bystander: Caller, cast: Cast, conversation: Conversation
) -> None:
    _, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "other")
    hidden = rows.chat(cast, "Caio", inbox=second)
    rows.thread(cast, conversation.contact, second)
    assert sorted(names(api)) == ["Bia", "Caio"]
    assert names(agent) == ["Bia"]
    assert names(bystander) == []
    places = agent.get(f"contacts/{conversation.contact_id}")["payload"]["contact_inboxes"]
    assert [place["inbox"]["id"] for place in places] == [cast.inbox.pk]
    assert agent.send("GET", f"contacts/{hidden.contact_id}").status_code == 404
    assert len(api.get(f"contacts/{conversation.contact_id}/conversations")["payload"]) == 2
    assert len(agent.get(f"contacts/{conversation.contact_id}/conversations")["payload"]) == 1


def test_conversations_of_a_contact_are_the_newest_twenty(api: Caller, cast: Cast) -> None:
    person = rows.contact(cast)
    made = [
        rows.thread(cast, person, status="resolved", last_activity_at=NOON + number).display_id
        for number in range(22)
    ]
    found = api.get(f"contacts/{person.pk}/conversations")["payload"]
    assert [row["id"] for row in found] == made[:1:-1]


def test_contact_in_two_inboxes_is_listed_once(api: Caller, cast: Cast, conversation: Conversation) -> None:
    _, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "other")
    rows.thread(cast, conversation.contact, second)
    assert api.get("contacts")["meta"]["count"] == 1
    assert Contact.objects.count() == 1
