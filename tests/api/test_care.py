"""Contacts put in order by a program; completeness and rules of an inbox."""

from __future__ import annotations

import pytest

from rookery.conversations.models import Contact, Conversation, Merge
from tests.api.caller import Caller, refusal
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(cast: Cast) -> Contact:
    return Contact.objects.create(
        account=cast.account, name="Bia again", listed=True, email="bia@example.com"
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_contact_is_changed_and_hashes_merged(api: Caller, conversation: Conversation, method: str) -> None:
    contact = conversation.contact
    contact.custom_attributes = {"city": "Rio", "kept": 1}
    contact.save()
    changes = {"name": "Bia of the shop", "custom_attributes": {"city": "Niterói"}, "identifier": "crm-1"}
    payload = api.send(method, f"contacts/{contact.pk}", changes).json()["payload"]
    assert payload["name"] == "Bia of the shop"
    assert payload["custom_attributes"] == {"city": "Niterói", "kept": 1}
    contact.refresh_from_db()
    assert (contact.agent_name, contact.identifier) == ("Bia of the shop", "crm-1")


def test_an_identifier_belongs_to_one(api: Caller, conversation: Conversation, other: Contact) -> None:
    other.identifier = "crm-1"
    other.save()
    said = refusal(
        api.send("PUT", f"contacts/{conversation.contact_id}", {"identifier": "crm-1", "name": "x"})
    )
    assert said["attributes"] == ["identifier"]
    conversation.contact.refresh_from_db()
    assert conversation.contact.agent_name == ""


def test_joined_and_taken_back(api: Caller, conversation: Conversation, other: Contact) -> None:
    base = conversation.contact_id
    sent = {"base_contact_id": base, "mergee_contact_id": other.pk}
    answer = api.send("POST", "actions/contact_merge", sent).json()
    assert (answer["id"], answer["email"]) == (base, "bia@example.com")
    [joined] = api.send("GET", f"contacts/{base}/joinings").json()["payload"]
    assert (joined["contact_id"], joined["joined_contact_id"]) == (base, other.pk)
    refusal(api.send("POST", "actions/contact_merge", sent))
    assert api.send("POST", f"joinings/{joined['id']}/undo").json()["undone_at"] is not None
    refusal(api.send("POST", f"joinings/{joined['id']}/undo"))
    refusal(api.send("POST", "joinings/999/undo"), 404)


def test_duplicates_are_proposed(api: Caller, cast: Cast) -> None:
    first = Contact.objects.create(account=cast.account, phone="+5521987650001", listed=True)
    second = Contact.objects.create(account=cast.account, phone="+552187650001", listed=True)
    found = api.send("GET", "contact_duplicates").json()["payload"]
    assert found == [{"contact_ids": [first.pk, second.pk], "reason": "number", "weak": False}]


def test_an_agent_joins_nobody_and_sets_no_rules(
    agent: Caller, conversation: Conversation, other: Contact, cast: Cast
) -> None:
    sent = {"base_contact_id": conversation.contact_id, "mergee_contact_id": other.pk}
    refusal(agent.send("POST", "actions/contact_merge", sent), 401)
    refusal(agent.send("GET", "contact_duplicates"), 401)
    refusal(agent.send("PUT", f"inboxes/{cast.inbox.pk}/chat_rules", {"groups": "none"}), 401)
    assert not Merge.objects.exists()
    assert agent.send("GET", f"inboxes/{cast.inbox.pk}/chat_rules").json()["groups"] == "all"


def test_rules_and_completeness(api: Caller, cast: Cast) -> None:
    path = f"inboxes/{cast.inbox.pk}"
    sent = {"groups": "list", "group_list": ["120363041234567890@g.us"], "ignored": ["@newsletter"]}
    held = api.send("PUT", f"{path}/chat_rules", sent).json()
    assert held == {**sent, "newsletters": False}
    assert api.send("GET", f"{path}/chat_rules").json() == held
    said = refusal(api.send("PUT", f"{path}/chat_rules", {"ignored": ["nobody"]}))
    assert "nobody" in said["message"]
    found = api.send("GET", f"{path}/completeness").json()
    assert found["inbox_id"] == cast.inbox.pk
    assert found["complete_until"] is None
    refusal(api.send("GET", "inboxes/999/completeness"), 404)
