"""A team's turn, and unread again."""

from __future__ import annotations

import pytest

from rookery.accounts.models import Team as People
from rookery.conversations.actions import attention
from rookery.conversations.models import Conversation
from rookery.journal.models import Fact
from tests.sending.rows import Team, make_chat, make_incoming, make_phone_message, make_team


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def chat(team: Team) -> Conversation:
    return make_chat(team)


def test_team_is_given_and_taken(team: Team, chat: Conversation) -> None:
    sales = People.objects.create(account=team.account, name="sales")
    attention.do_assign_team(chat, sales, by=team.user)
    chat.refresh_from_db()
    assert chat.team_id == sales.pk
    assert chat.updated_ms > 0
    attention.do_assign_team(chat, None, by=team.user)
    assert Conversation.objects.get().team_id is None
    assert [fact.data["team"] for fact in Fact.objects.order_by("pk")] == [sales.pk, None]


def test_unread_begins_at_the_newest_incoming_message(team: Team, chat: Conversation) -> None:
    for source_id, at in (("A", 10), ("B", 20), ("C", 20)):
        make_incoming(chat, source_id, "hi", at)
    make_phone_message(chat, "D", "ours", 30)
    attention.do_mark_unread(chat, by=team.user)
    chat.refresh_from_db()
    assert (chat.unread_count, chat.agent_last_seen_at) == (2, 19)
    assert Fact.objects.get().data["unread"] == 2


def test_nothing_is_unread_when_nothing_came_in(team: Team, chat: Conversation) -> None:
    make_phone_message(chat, "D", "ours", 30)
    attention.do_mark_unread(chat, by=team.user)
    chat.refresh_from_db()
    assert chat.unread_count == 0
    assert not Fact.objects.exists()
