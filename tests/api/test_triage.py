"""What a program does to a conversation: begin, status, assignment, seen and unread."""

from __future__ import annotations

from typing import Any

import pytest

from rookery.accounts.models import Team
from rookery.conversations.models import ContactInbox, Conversation, Message
from rookery.journal.models import Fact
from tests.api import rows
from tests.api.caller import Caller, refusal
from tests.cast import Cast, make_number

NOON = rows.NOON


def at(conversation: Conversation, action: str) -> str:
    return f"conversations/{conversation.display_id}/{action}"


def test_create_answers_the_unresolved_one(api: Caller, cast: Cast, conversation: Conversation) -> None:
    data = {"inbox_id": cast.inbox.pk, "contact_id": conversation.contact_id}
    assert api.post("conversations", data)["id"] == conversation.display_id
    assert Conversation.objects.count() == 1


def test_create_makes_one_when_the_last_is_resolved(
    api: Caller, cast: Cast, conversation: Conversation
) -> None:
    Conversation.objects.update(status="resolved")
    data = {
        "inbox_id": cast.inbox.pk,
        "contact_id": conversation.contact_id,
        "source_id": "5521987650000@s.whatsapp.net",
        "status": "pending",
        "assignee_id": cast.agent.pk,
        "additional_attributes": {"campaign": "spring\x00"},
        "custom_attributes": {"plan": "gold"},
        "message": {"content": "Good morning"},
    }
    found = api.post("conversations", data)
    assert found["id"] != conversation.display_id
    assert (found["status"], found["meta"]["assignee"]["id"]) == ("pending", cast.agent.pk)
    assert (found["additional_attributes"], found["custom_attributes"]) == (
        {"campaign": "spring"},
        {"plan": "gold"},
    )
    assert found["messages"][0]["content"] == "Good morning"
    assert Message.objects.get(direction="out").state == "pending"
    assert Fact.objects.filter(kind="conversation.created").count() == 1


def test_create_reopens_when_the_inbox_has_one_thread(
    api: Caller, cast: Cast, conversation: Conversation
) -> None:
    cast.inbox.after_resolved = "one_thread"
    cast.inbox.save()
    Conversation.objects.update(status="resolved")
    found = api.post("conversations", {"inbox_id": cast.inbox.pk, "contact_id": conversation.contact_id})
    assert (found["id"], found["status"]) == (conversation.display_id, "open")


def test_create_links_the_contact_when_it_is_new_to_the_inbox(
    api: Caller, cast: Cast, conversation: Conversation
) -> None:
    _, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "other")
    found = api.post("conversations", {"inbox_id": second.pk, "source_id": "+5521987650000"})
    assert found["inbox_id"] == second.pk
    place = ContactInbox.objects.get(inbox=second)
    assert (place.contact_id, place.jid) == (conversation.contact_id, "5521987650000@s.whatsapp.net")


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({"inbox_id": None}, {"error"}),
        ({"contact_id": None}, {"error"}),
        ({"source_id": "15550009999"}, {"error"}),
        ({"status": "closed"}, {"error"}),
        ({"snoozed_until": 10**14}, {"error"}),
        ({"additional_attributes": [1]}, {"error"}),
        ({"custom_attributes": {"a": float("inf")}}, {"error"}),
        ({"message": {"content": ""}}, {"message", "attributes"}),
        ({"message": "hello"}, {"error"}),
    ],
)
def test_create_is_refused_when_a_field_makes_no_sense(
    api: Caller, cast: Cast, conversation: Conversation, change: dict[str, Any], body: set[str]
) -> None:
    Conversation.objects.update(status="resolved")
    data = {"inbox_id": cast.inbox.pk, "contact_id": conversation.contact_id, **change}
    answer = refusal(api.send("POST", "conversations", data))
    assert answer.keys() == body
    assert Conversation.objects.count() == 1


def test_create_is_refused_with_attributes_when_there_is_no_address(
    api: Caller, cast: Cast, conversation: Conversation
) -> None:
    _, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "other")
    conversation.contact.addresses.all().delete()
    answer = api.send("POST", "conversations", {"inbox_id": second.pk, "contact_id": conversation.contact_id})
    assert refusal(answer) == {
        "message": "No WhatsApp address of this contact is known",
        "attributes": ["contact_id"],
    }


@pytest.mark.parametrize("name", ["inbox_id", "contact_id", "assignee_id", "team_id"])
def test_create_answers_404_when_a_row_is_not_there(
    api: Caller, cast: Cast, conversation: Conversation, name: str
) -> None:
    data = {"inbox_id": cast.inbox.pk, "contact_id": conversation.contact_id, name: 10**12}
    assert api.send("POST", "conversations", data).status_code == 404


@pytest.mark.parametrize(
    ("before", "after"),
    [("open", "resolved"), ("resolved", "open"), ("pending", "open"), ("snoozed", "open")],
)
def test_status_flips_when_none_is_named(
    agent: Caller, conversation: Conversation, before: str, after: str
) -> None:
    Conversation.objects.update(status=before)
    assert agent.post(at(conversation, "toggle_status")) == {
        "meta": {},
        "payload": {
            "success": True,
            "conversation_id": conversation.display_id,
            "current_status": after,
            "snoozed_until": None,
        },
    }
    conversation.refresh_from_db()
    assert conversation.status == after


@pytest.mark.parametrize("until", [NOON, str(NOON)])
def test_status_is_snoozed_until_a_time(agent: Caller, conversation: Conversation, until: Any) -> None:
    found = agent.post(at(conversation, "toggle_status"), {"status": "snoozed", "snoozed_until": until})
    assert found["payload"]["current_status"] == "snoozed"
    assert found["payload"]["snoozed_until"] == "2026-03-04T12:00:00.000Z"


def test_status_is_refused_when_nobody_knows_it(agent: Caller, conversation: Conversation) -> None:
    answer = refusal(agent.send("POST", at(conversation, "toggle_status"), {"status": "closed"}))
    assert answer == {"error": "status must be one of open, resolved, pending, snoozed"}


def test_agent_who_opens_is_not_assigned_by_that(agent: Caller, conversation: Conversation) -> None:
    agent.post(at(conversation, "toggle_status"), {"status": "open"})
    conversation.refresh_from_db()
    assert conversation.assignee_id is None


def test_assignment_answers_the_agent_and_null_when_taken_away(
    agent: Caller, cast: Cast, conversation: Conversation
) -> None:
    path = at(conversation, "assignments")
    found = agent.post(path, {"assignee_id": str(cast.admin.pk)})
    assert (found["id"], found["role"]) == (cast.admin.pk, "administrator")
    for nobody in (None, 0, "null"):
        conversation.refresh_from_db()
        agent.post(path, {"assignee_id": cast.agent.pk})
        assert agent.post(path, {"assignee_id": nobody}) is None
        conversation.refresh_from_db()
        assert conversation.assignee_id is None


def test_assignment_answers_the_team(agent: Caller, cast: Cast, conversation: Conversation) -> None:
    team = Team.objects.create(account=cast.account, name="sales")
    path = at(conversation, "assignments")
    assert agent.post(path, {"team_id": team.pk})["name"] == "sales"
    conversation.refresh_from_db()
    assert conversation.team_id == team.pk
    assert agent.post(path, {"team_id": None}) is None
    conversation.refresh_from_db()
    assert conversation.team_id is None


def test_assignment_to_somebody_who_does_not_work_there_is_404(
    agent: Caller, cast: Cast, conversation: Conversation
) -> None:
    other = Team.objects.create(account=cast.outsider.memberships.get().account, name="theirs")
    path = at(conversation, "assignments")
    for data in (
        {"assignee_id": cast.bystander.pk},
        {"assignee_id": cast.outsider.pk},
        {"team_id": other.pk},
    ):
        assert refusal(agent.send("POST", path, data), 404) == {"error": "Resource could not be found"}
    refusal(agent.send("POST", path, {}))
    conversation.refresh_from_db()
    assert (conversation.assignee_id, conversation.team_id) == (None, None)


def test_seen_and_unread_move_the_count(agent: Caller, conversation: Conversation) -> None:
    rows.message(conversation, "again", NOON + 5)
    Conversation.objects.update(unread_count=2)
    seen = agent.post(at(conversation, "update_last_seen"))
    assert seen["unread_count"] == 0
    assert seen["agent_last_seen_at"] > NOON
    again = agent.post(at(conversation, "unread"))
    assert (again["unread_count"], again["agent_last_seen_at"]) == (1, NOON + 4)


def test_unread_changes_nothing_when_nobody_wrote(agent: Caller, cast: Cast) -> None:
    assert agent.post(at(rows.chat(cast), "unread"))["unread_count"] == 0


def test_labels_of_a_conversation_are_listed(agent: Caller, conversation: Conversation) -> None:
    assert agent.get(at(conversation, "labels")) == {"payload": []}
