"""A gateway, a team on it, and people to write to. Rows are imported late: Django is not set up here yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from rookery.conversations.models import Conversation, Message
    from tests.sending.line import Line
    from tests.sending.rows import Post, Team


@pytest.fixture
def line(transactional_db: None) -> Iterator[Line]:
    from tests.sending.line import Line

    made = Line()
    yield made
    made.close()


@pytest.fixture
def team(line: Line) -> Team:
    from tests.sending.rows import make_team

    line.world.add_contact("5521987650000", "Bia")
    return make_team(line.url)


@pytest.fixture
def chat(team: Team) -> Conversation:
    from tests.sending.rows import make_chat

    return make_chat(team)


@pytest.fixture
def post(team: Team, chat: Conversation) -> Post:
    """Post one message, to the chat unless another is given."""
    from rookery.conversations.actions import outgoing

    def one(text: str = "Hello", to: Conversation | None = None, **options: Any) -> Message:
        return outgoing.do_post_message(to or chat, user=team.user, text=text, **options)[0]

    return one
