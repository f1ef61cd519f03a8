"""Resolve, reopen, assign, seen: and what outsiders get."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404

from rookery.conversations import access, queries
from rookery.conversations.access import Viewer
from rookery.conversations.actions import triage
from rookery.conversations.errors import Refused
from rookery.conversations.models import Conversation, Inbox, Message
from rookery.journal.models import Fact
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    make.store(cast.channel, make.text_event("hello", from_name="Bia"))
    Processor().drain()
    return Conversation.objects.get()


def test_resolved_conversation_leaves_the_open_tab(cast: Cast, conversation: Conversation) -> None:
    viewer = cast.viewer(cast.agent)
    assert queries.list_conversations(viewer, queries.Filter()) == [conversation]
    triage.do_resolve(conversation, by=cast.agent)
    assert queries.list_conversations(viewer, queries.Filter()) == []
    assert queries.list_conversations(viewer, queries.Filter(status="resolved")) == [conversation]


def test_reopening_is_refused_when_a_newer_one_is_open(cast: Cast, conversation: Conversation) -> None:
    triage.do_resolve(conversation, by=cast.agent)
    Inbox.objects.update(after_resolved="new")
    Conversation.objects.update(resolved_at=1772625700)
    make.store(cast.channel, make.text_event("again", at="2026-03-05T12:00:00Z"))
    Processor().drain()
    with pytest.raises(Refused) as refusal:
        triage.do_reopen(conversation, by=cast.agent)
    assert refusal.value.code == "other_unresolved"
    assert refusal.value.params == {"display_id": 2}
    assert Conversation.objects.get(pk=conversation.pk).status == "resolved"


def test_assigned_conversation_counts_as_mine(cast: Cast, conversation: Conversation) -> None:
    triage.do_assign(conversation, cast.agent, by=cast.admin)
    counts = queries.count_conversations(cast.viewer(cast.agent), queries.Filter())
    assert (counts.mine, counts.assigned, counts.unassigned, counts.all) == (1, 1, 0, 1)


def test_seen_clears_unread_and_tells_only_once(cast: Cast, conversation: Conversation) -> None:
    assert queries.count_unread(cast.viewer(cast.agent)) == 1
    triage.do_mark_seen(conversation, by=cast.agent)
    before = Fact.objects.count()
    triage.do_mark_seen(conversation, by=cast.agent)
    assert queries.count_unread(cast.viewer(cast.agent)) == 0
    assert Fact.objects.count() == before


GETTERS: list[Callable[[Viewer, Message], Any]] = [
    lambda viewer, message: access.conversation(viewer, message.conversation.display_id),
    lambda viewer, message: access.message(viewer, message.pk),
    lambda viewer, message: access.inbox(viewer, message.inbox_id),
    lambda viewer, message: access.contact(viewer, message.conversation.contact_id),
    lambda viewer, message: access.attachment(viewer, message.attachments.get().uuid),
]


@pytest.mark.parametrize("getter", GETTERS)
def test_only_members_get_a_row(
    cast: Cast, conversation: Conversation, getter: Callable[[Viewer, Message], Any]
) -> None:
    message = conversation.messages.get()
    message.attachments.create(account=cast.account, kind="image", uuid=uuid.uuid4())
    assert getter(cast.viewer(cast.agent), message) is not None
    assert getter(cast.viewer(cast.admin), message) is not None
    for stranger in (cast.bystander, cast.outsider):
        with pytest.raises(Http404):
            getter(cast.viewer(stranger), message)


@pytest.mark.parametrize("who", ["bystander", "outsider"])
def test_lists_and_searches_show_strangers_nothing(cast: Cast, conversation: Conversation, who: str) -> None:
    viewer = cast.viewer(getattr(cast, who))
    assert queries.list_conversations(viewer, queries.Filter(status="all")) == []
    assert queries.list_conversations(viewer, queries.Filter(query="hello")) == []
    assert queries.list_contacts(viewer, "Bia") == ([], 0)
    assert queries.count_unread(viewer) == 0
    assert queries.list_numbers(viewer) == []


def test_paging_by_position_gives_every_message_once(cast: Cast, conversation: Conversation) -> None:
    make.store(
        cast.channel, *(make.text_event(f"m{n}", at=f"2026-03-04T13:00:{n % 5:02d}Z") for n in range(20))
    )
    Processor().drain()
    seen: list[str] = []
    before = None
    while page := queries.list_messages(conversation, before=before, limit=6):
        seen = [message.content for message in page] + seen
        before = (page[0].at, page[0].tie)
    everything = Message.objects.order_by("at", "tie").values_list("content", flat=True)
    assert seen == list(everything)


def test_query_count_is_the_same_for_ten_rows_and_twenty(
    cast: Cast, django_assert_num_queries: Any, conversation: Conversation
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            queries.list_conversations(cast.viewer(cast.agent), queries.Filter())
            queries.list_messages(conversation)
        return len(captured)

    for chat in range(10):
        make.store(
            cast.channel, make.text_event("x", chat=f"55219876500{chat:02d}"), make.text_event(f"y{chat}")
        )
    Processor().drain()
    first = count()
    for chat in range(10, 20):
        make.store(
            cast.channel, make.text_event("x", chat=f"55219876500{chat:02d}"), make.text_event(f"y{chat}")
        )
    Processor().drain()
    assert count() == first


def test_changes_since_a_cursor_are_the_new_and_the_changed(cast: Cast, conversation: Conversation) -> None:
    cursor = Fact.objects.order_by("-id").values_list("id", flat=True)[0]
    make.store(cast.channel, make.text_event("newer", at="2026-03-04T13:00:00Z"))
    Processor().drain()
    changes = queries.list_changes(conversation, cursor)
    assert [message.content for message in changes.messages] == ["newer"]
    assert queries.list_changes(conversation, changes.cursor).messages == []


def test_changes_ask_for_a_reset_when_the_journal_was_pruned(cast: Cast, conversation: Conversation) -> None:
    old = Fact.objects.order_by("id").values_list("id", flat=True)[0]
    make.store(cast.channel, make.text_event("a"), make.text_event("b"))
    Processor().drain()
    Fact.objects.filter(id__lte=old + 1).delete()
    assert queries.list_changes(conversation, old).reset
