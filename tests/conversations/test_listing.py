"""The list as open pages ask for it is the list that any other question would give."""

from __future__ import annotations

from typing import Any

import pytest

from rookery.conversations import access, queries
from rookery.conversations.access import Viewer
from rookery.conversations.models import Conversation, InboxMember
from rookery.conversations.queries import Filter
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast, make_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(cast: Cast) -> Cast:
    """Conversations in two inboxes, of each status, some of them assigned or read."""
    channel, _ = make_number(cast.account, cast.gateway, "+15550000002", "Second", "second")
    for number in range(8):
        chat, at = f"552198765000{number}", f"2026-03-04T12:00:0{number}Z"
        make.store(cast.channel, make.text_event(f"to the first {number}", chat=chat, at=at))
        raw = make.text_event(f"to the second {number}", chat=chat, at=at)
        make.store(channel, raw.replace(b'"demo"', b'"second"').replace(b"15550000001", b"15550000002"))
    Processor().drain()
    rows = list(Conversation.objects.order_by("pk"))
    for index, row in enumerate(rows):
        row.status = ("open", "pending", "resolved", "open")[index % 4]
        row.assignee = (cast.agent, None, cast.admin)[index % 3]
        row.unread_count = index % 2
        row.save()
    return cast


def viewers(cast: Cast) -> list[Viewer]:
    return [cast.viewer(user) for user in (cast.admin, cast.agent, cast.bystander, cast.outsider)]


@pytest.mark.parametrize("status", ["open", "pending", "snoozed", "resolved", "all"])
@pytest.mark.parametrize("assignee", ["all", "mine", "unassigned", "assigned"])
def test_prepared_list_is_the_list(stage: Cast, status: str, assignee: str) -> None:
    inboxes = [None, *Conversation.objects.values_list("inbox_id", flat=True).distinct()]
    assert len(inboxes) == 3
    for viewer in viewers(stage):
        for inbox in inboxes:
            wanted = Filter(status, assignee, inbox)
            ways: dict[str, dict[str, Any]] = {
                "mine": {"assignee_id": viewer.user.pk},
                "unassigned": {"assignee": None},
                "assigned": {"assignee__isnull": False},
            }
            of_assignee = ways.get(assignee, {})
            rows = queries.conversations(viewer, wanted).filter(**of_assignee)
            expected = list(rows.order_by("-last_activity_at", "-id"))
            assert queries.list_conversations(viewer, wanted) == expected
            assert queries.list_conversations(viewer, wanted, limit=2) == expected[:2]
            assert queries.list_conversations(viewer, wanted, offset=1) == expected[1:]


def test_list_holds_its_last_messages(stage: Cast) -> None:
    found = queries.list_conversations(stage.viewer(), Filter("all"))
    said = {row.last_message.content for row in found}  # type: ignore[attr-defined]
    assert len(found) == 16
    assert len(said) == 16


def test_list_follows_what_happens(stage: Cast) -> None:
    viewer = stage.viewer(stage.agent)
    before = queries.list_conversations(viewer, Filter())
    Conversation.objects.filter(pk=before[0].pk).update(status="resolved")
    assert queries.list_conversations(viewer, Filter()) == before[1:]
    InboxMember.objects.filter(user=stage.agent).delete()
    assert queries.list_conversations(stage.viewer(stage.agent), Filter()) == []
    assert queries.count_unread(stage.viewer(stage.agent)) == 0


def test_unread_are_counted_among_what_the_viewer_sees(stage: Cast) -> None:
    for viewer in viewers(stage):
        rows = Conversation.objects.filter(
            access.visible(viewer), account_id=viewer.account.pk, unread_count__gt=0, merged_into__isnull=True
        )
        assert queries.count_unread(viewer) == rows.exclude(status="resolved").count()
    assert queries.count_unread(stage.viewer()) > queries.count_unread(stage.viewer(stage.agent)) > 0


def test_merged_conversation_is_not_counted(stage: Cast) -> None:
    viewer = stage.viewer()
    unread = Conversation.objects.filter(unread_count__gt=0).exclude(status="resolved").order_by("pk")
    first, second = unread[0], unread[1]
    before = queries.count_unread(viewer)
    Conversation.objects.filter(pk=first.pk).update(merged_into=second)
    assert queries.count_unread(viewer) == before - 1


def test_assignable_are_members_and_administrators(stage: Cast) -> None:
    found = queries.list_assignable(stage.viewer(), stage.inbox)
    assert found == sorted({stage.admin, stage.agent}, key=lambda user: (user.name, user.pk))
    stage.agent.is_active = False
    stage.agent.save()
    assert queries.list_assignable(stage.viewer(), stage.inbox) == [stage.admin]
