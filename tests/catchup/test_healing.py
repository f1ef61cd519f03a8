"""What was missing is found, once, at its true time, and quietly."""

from __future__ import annotations

import pytest

from rookery.catchup import queries
from rookery.channels.models import Channel
from rookery.conversations.models import Conversation, Inbox, Message
from tests.catchup.desk import BEN, BIA, HOUR, Desk, conversation, facts, message, rings, texts

pytestmark = pytest.mark.slow


def test_a_missing_message_is_stored_at_its_time_unread_and_without_a_ring(desk: Desk) -> None:
    first = desk.say("hello?", 900)
    desk.say("anybody there?", 840)
    walk = desk.catch_up()
    assert texts() == ["hello?", "anybody there?"]
    assert (message(first).at, message(first).direction) == (desk.ago(900), "in")
    assert (conversation().status, conversation().unread_count) == ("open", 2)
    assert rings() == 0
    assert [fact.data["count"] for fact in facts("conversation.caught_up")] == [2], "one notice"
    assert (walk.messages, walk.first_at, walk.last_at) == (2, desk.ago(900), desk.ago(840))


def test_the_mark_moves_to_the_beginning_of_the_walk(desk: Desk) -> None:
    desk.say("hello?", 900)
    walk = desk.catch_up()
    assert desk.mark() == walk.started_ms // 1000
    found = queries.completeness(desk.channel.pk)
    assert found.complete_until == desk.mark()
    assert found.last_gap is not None
    assert found.last_gap.healed.messages == 1


def test_a_second_walk_finds_nothing(desk: Desk) -> None:
    desk.say("hello?", 900)
    desk.say("a picture", 880, kind="image")
    desk.catch_up()
    rows = list(Message.objects.order_by("pk").values())
    walk = desk.catch_up()
    assert (walk.messages, walk.edits, walk.reactions) == (0, 0, 0)
    assert list(Message.objects.order_by("pk").values()) == rows
    assert len(facts("conversation.caught_up")) == 1


def test_only_chats_written_in_since_the_mark_are_read(desk: Desk) -> None:
    desk.say("long ago", 3 * HOUR, number=BEN)
    desk.say("hello?", 900)
    walk = desk.catch_up()
    assert texts() == ["hello?"]
    assert walk.chats_total == 1


def test_more_than_a_page_and_more_than_a_page_in_one_second(desk: Desk) -> None:
    for number in range(130):
        desk.say(f"{number:03d}", 900 - number)
    for number in range(130):
        desk.say(f"at once {number:03d}", 700, number=BEN)
    walk = desk.catch_up()
    assert walk.messages == 260
    found = texts()
    assert found[:130] == [f"{number:03d}" for number in range(130)]
    assert len(set(found)) == 260
    assert Conversation.objects.count() == 2


def test_an_own_message_typed_on_the_phone(desk: Desk) -> None:
    desk.say("hello?", 900)
    said = desk.world.phone_say(BIA, "good day", at=desk.ago(890))
    desk.catch_up()
    assert texts() == ["hello?", "good day"]
    assert (message(said).direction, message(said).via) == ("out", "phone")


def test_media_without_a_path_is_asked_for_by_message(desk: Desk) -> None:
    said = desk.say("look", 900, kind="image")
    walk = desk.catch_up()
    attachment = message(said).attachments.get()
    assert (attachment.kind, attachment.path, attachment.url) == ("image", "", "")
    assert message(said).content == "look"
    assert (walk.messages, walk.files) == (1, 1)


def test_a_group_names_its_authors(desk: Desk) -> None:
    desk.say("in the group", 900, number=BEN, chat=desk.add_group("Neighbours", BEN, BIA))
    desk.catch_up()
    found = Message.objects.select_related("author", "conversation__contact").get()
    assert found.conversation.contact.kind == "group"
    assert found.author is not None
    assert found.author.phone == f"+{BEN}"


def test_what_is_older_than_the_link_is_archive(desk: Desk) -> None:
    """The overlap reaches back before the number was linked: nobody waits for an answer to that."""
    desk.say("before you came", HOUR + 60)
    desk.say("after you came", HOUR - 60)
    Channel.objects.filter(pk=desk.channel.pk).update(complete_until=None)
    desk.catch_up()
    assert texts() == ["before you came", "after you came"]
    assert conversation().unread_count == 1


def test_a_group_the_inbox_does_not_want_is_not_read(desk: Desk) -> None:
    Inbox.objects.filter(pk=desk.cast.inbox.pk).update(settings={"rules": {"groups": "none"}})
    desk.say("in the group", 900, number=BEN, chat=desk.add_group("Neighbours", BEN, BIA))
    desk.say("hello?", 900)
    walk = desk.catch_up()
    assert (texts(), walk.chats_total) == (["hello?"], 1)
