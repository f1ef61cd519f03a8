"""Lists of conversations: filters, counts, order, pages; and a fixed number of queries."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from rookery.accounts.models import Team
from rookery.conversations.models import Conversation, Label, Message
from rookery.db.fields import now_millis
from tests.api import rows
from tests.api.caller import Caller
from tests.cast import Cast, make_number

NOON = rows.NOON


def ids(api: Caller, **query: Any) -> list[int]:
    return [row["id"] for row in api.get("conversations", **query)["data"]["payload"]]


@pytest.fixture
def five(cast: Cast) -> dict[str, int]:
    """Display ids of five conversations, the first the newest."""
    made = {
        "mine": rows.chat(cast, "Ana", assignee=cast.admin, last_activity_at=NOON + 5),
        "agents": rows.chat(cast, "Bia", assignee=cast.agent, last_activity_at=NOON + 4),
        "nobodys": rows.chat(cast, "Caio", last_activity_at=NOON + 3),
        "pending": rows.chat(cast, "Davi", status="pending", last_activity_at=NOON + 2),
        "resolved": rows.chat(cast, "Eva", status="resolved", assignee=cast.admin, last_activity_at=NOON + 1),
    }
    return {name: row.display_id for name, row in made.items()}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, "mine agents nobodys"),
        ({"status": "pending"}, "pending"),
        ({"status": "resolved"}, "resolved"),
        ({"status": "snoozed"}, ""),
        ({"status": "all"}, "mine agents nobodys pending resolved"),
        ({"assignee_type": "me"}, "mine"),
        ({"assignee_type": "me", "status": "all"}, "mine resolved"),
        ({"assignee_type": "assigned"}, "mine agents"),
        ({"assignee_type": "unassigned"}, "nobodys"),
        ({"q": "eva"}, "resolved"),
        ({"page": "2"}, ""),
        ({"page": "0"}, "mine agents nobodys"),
        ({"sort_by": "last_activity_at_asc"}, "nobodys agents mine"),
        ({"sort_by": "latest"}, "mine agents nobodys"),
        ({"conversation_type": "mention"}, ""),
    ],
)
def test_list_holds_what_was_asked_for(
    api: Caller, five: dict[str, int], query: dict[str, str], names: str
) -> None:
    assert ids(api, **query) == [five[name] for name in names.split()]


def test_counts_ignore_assignee_and_page(api: Caller, five: dict[str, int]) -> None:
    counts = {"mine_count": 1, "assigned_count": 2, "unassigned_count": 1, "all_count": 3}
    answer = api.get("conversations", assignee_type="me", page=4)
    assert answer == {"data": {"meta": counts, "payload": []}}
    assert api.get("conversations/meta", assignee_type="unassigned") == {"meta": counts}
    assert api.get("conversations/meta", status="all")["meta"]["all_count"] == 5


def test_list_is_filtered_by_inbox_team_and_labels(api: Caller, cast: Cast, five: dict[str, int]) -> None:
    _, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "other")
    team = Team.objects.create(account=cast.account, name="sales")
    elsewhere = rows.chat(cast, inbox=second, team=team)
    labels = [Label.objects.create(account=cast.account, title=title) for title in ("vip", "new", "old")]
    elsewhere.labels.add(*labels[:2])
    Conversation.objects.get(display_id=five["nobodys"]).labels.add(labels[1])
    assert ids(api, inbox_id=second.pk) == [elsewhere.display_id]
    assert ids(api, team_id=team.pk) == [elsewhere.display_id]
    assert ids(api, **{"labels[]": ["vip", "new"]}) == [five["nobodys"], elsewhere.display_id]
    assert ids(api, **{"labels[]": "old"}) == []
    counts = api.get("conversations/meta", **{"labels[]": ["vip", "new"]})["meta"]
    assert counts["all_count"] == 2


def test_search_finds_text_whatever_the_status(api: Caller, cast: Cast, five: dict[str, int]) -> None:
    row = Conversation.objects.get(display_id=five["resolved"])
    rows.message(row, "the blue one")
    assert ids(api, q="BLUE", status="open") == [five["resolved"]]


@pytest.mark.parametrize(
    "source_id",
    [
        "5521987650000@s.whatsapp.net", "5521987650000", "+5521987650000", "552187650000",
        "552187650000@s.whatsapp.net", "98765432101234@lid",
    ],
)  # fmt: skip
def test_source_id_finds_the_contact_under_every_address(
    api: Caller, cast: Cast, conversation: Conversation, source_id: str
) -> None:
    rows.chat(cast)
    assert ids(api, source_id=source_id) == [conversation.display_id]


@pytest.mark.parametrize("source_id", ["nonsense", "@", "123@newsletter", "5521987650001", "é"])
def test_source_id_finds_nobody_when_nobody_has_it(
    api: Caller, conversation: Conversation, source_id: str
) -> None:
    assert ids(api, source_id=source_id) == []


def test_updated_within_turns_pages_off(api: Caller, cast: Cast) -> None:
    fresh = [rows.chat(cast, updated_ms=now_millis()).display_id for _ in range(27)]
    rows.chat(cast, updated_ms=now_millis() - 120_000)
    assert len(ids(api)) == 25
    assert sorted(ids(api, updated_within=60, page=2)) == fresh


def test_pages_hold_each_row_once(api: Caller, cast: Cast) -> None:
    made = [rows.chat(cast).display_id for _ in range(30)]
    first, second = ids(api), ids(api, page=2)
    assert (len(first), len(second)) == (25, 5)
    assert [*first, *second] == made[::-1]


def test_order_follows_priority_and_waiting(api: Caller, cast: Cast) -> None:
    made = {
        word: rows.chat(cast, priority=word, waiting_since=since).display_id
        for word, since in (("low", 3), ("urgent", None), ("", 1), ("high", 2))
    }
    by_rank = [made[word] for word in ("urgent", "high", "low", "")]
    assert ids(api, sort_by="priority_desc") == by_rank
    assert ids(api, sort_by="priority_asc") == [made[word] for word in ("low", "high", "urgent", "")]
    assert ids(api, sort_by="waiting_since_asc") == [made[word] for word in ("", "high", "low", "urgent")]
    assert ids(api, sort_by="created_at_asc") == sorted(made.values())


def test_unattended_are_those_without_an_answer(api: Caller, cast: Cast) -> None:
    rows.chat(cast, first_reply_at=NOON)
    waiting = rows.chat(cast, first_reply_at=NOON, waiting_since=NOON)
    untouched = rows.chat(cast)
    assert ids(api, conversation_type="unattended") == [untouched.display_id, waiting.display_id]


def test_merged_conversation_answers_with_what_it_became(api: Caller, cast: Cast) -> None:
    stays = rows.chat(cast)
    gone = rows.chat(cast, merged_into=stays)
    assert ids(api) == [stays.display_id]
    assert api.get(f"conversations/{gone.display_id}")["id"] == stays.display_id


def test_agent_sees_the_inboxes_they_belong_to(
    api: Caller, agent: Caller, bystander: Caller, cast: Cast, conversation: Conversation
) -> None:
    _, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "other")
    rows.thread(cast, conversation.contact, second)
    assert len(ids(api)) == 2
    assert ids(agent) == [conversation.display_id]
    assert ids(bystander) == []
    assert bystander.get("conversations/meta")["meta"]["all_count"] == 0


def full(cast: Cast, many: int) -> None:
    """Conversations with all that a row can show."""
    team = Team.objects.get_or_create(account=cast.account, name="sales")[0]
    label = Label.objects.get_or_create(account=cast.account, title="vip")[0]
    for number in range(many):
        row = rows.chat(cast, assignee=(cast.admin, cast.agent)[number % 2], team=team)
        row.labels.add(label)
        first = rows.message(row, "hello")
        rows.file(rows.message(row, "look", NOON + 1, quoted_source_id=first.source_id))


@pytest.mark.parametrize(
    "path",
    [
        "conversations",
        "conversations/meta",
        "contacts",
        "contacts/search?q=Bia",
        "inboxes",
        "agents",
        "teams",
        "messages",
    ],
)
def test_number_of_queries_stays_when_there_are_twice_as_many_rows(
    api: Caller, cast: Cast, path: str
) -> None:
    if path == "messages":
        path = f"conversations/{rows.chat(cast).display_id}/messages"
    api.get(path)  # the token's use is noted now
    counted = []
    for round_ in range(2):
        full(cast, 10)
        first = Conversation.objects.order_by("pk")[0]
        for number in range(10):
            rows.file(
                rows.message(
                    first, "m", NOON + number, quoted_source_id=f"A{number}", source_id=f"A{round_}{number}"
                )
            )
        make_number(cast.account, cast.gateway, f"+1555000010{round_}", "More", f"slot{round_}")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            api.get(path)
        counted.append(len(seen))
    assert counted[0] == counted[1]
    assert counted[0] <= 14
    assert Message.objects.count() >= 40
