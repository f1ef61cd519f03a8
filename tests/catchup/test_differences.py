"""What we have differs from the record: edits, reactions, empty texts, messages that may be ours, other addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rookery.catchup import addresses, applying
from rookery.catchup.models import Walk, WalkChat
from rookery.conversations.actions import erasing
from rookery.conversations.models import Conversation, Message, Reaction, Revision
from rookery.db.fields import now_millis
from rookery.sandbox import people
from rookery.waid import Jid
from tests import make
from tests.catchup.desk import BEN, BIA, Desk, message, texts, wait_until
from tests.sending.rows import make_phone_message

pytestmark = pytest.mark.slow


def stamp(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def heard(desk: Desk, text: str, ago: int, *, number: str = BIA, **more: str) -> str:
    """A message whose webhook did come."""
    said = desk.say(text, ago, number=number)
    desk.hear(make.text_event(text, chat=number, id=said, at=stamp(desk.ago(ago)), **more))
    return said


def test_an_edit_that_never_came(desk: Desk) -> None:
    said = heard(desk, "at five", 900)
    desk.edit(said, "at six", 600)
    walk = desk.catch_up()
    assert (message(said).content, message(said).edited_at) == ("at six", desk.ago(600))
    assert walk.edits == 1
    assert desk.catch_up().edits == 0


def test_the_edit_s_own_event_changes_nothing_more(desk: Desk) -> None:
    said = heard(desk, "at five", 900)
    event_id = desk.edit(said, "at six", 600)
    desk.catch_up()
    payload = {
        "id": event_id, "chat_id": f"{BIA}@s.whatsapp.net", "from": f"{BIA}@s.whatsapp.net", "is_from_me": False,
        "timestamp": stamp(desk.ago(601)), "original_message_id": said, "body": "at six",
    }  # fmt: skip
    desk.hear(make.body("message.edited", payload))
    versions = (
        Revision.objects.filter(message__source_id=said).order_by("at").values_list("content", flat=True)
    )
    assert list(versions) == ["at five", "at six"]
    assert message(said).content == "at six"


def test_an_edit_of_this_moment_is_left_to_its_event(desk: Desk) -> None:
    said = heard(desk, "at five", 900)
    desk.edit(said, "at six", 0)
    desk.engine()
    wait_until(lambda: WalkChat.objects.filter(due_ms__gt=now_millis()).exists())
    assert message(said).content == "at five"


def test_a_gateway_whose_clock_is_ahead_is_not_waited_for(desk: Desk) -> None:
    said = heard(desk, "at five", 900)
    desk.edit(said, "at six", -7_200)
    assert desk.catch_up().edits == 1
    assert message(said).content == "at six"


def test_a_text_that_is_only_spelled_differently_is_no_edit(desk: Desk) -> None:
    said = heard(desk, "@5511940001234  chegou?", 900)
    desk.row_of(said).content = "@98765432101234 chegou?"
    desk.row_of(said).updated_at = desk.ago(899)
    assert desk.catch_up().edits == 0
    assert message(said).edited_at is None


def test_an_older_text_in_the_record_changes_nothing(desk: Desk) -> None:
    """The event told us of a newer edit than the row knows."""
    said = heard(desk, "at five", 900)
    Message.objects.filter(source_id=said).update(content="at seven", edited_at=desk.ago(300))
    desk.edit(said, "at six", 600)
    assert desk.catch_up().edits == 0
    assert message(said).content == "at seven"


def test_reactions_that_never_came(desk: Desk) -> None:
    said = heard(desk, "thanks!", 900)
    missing = desk.say("really", 890)
    desk.react(said, "❤️")
    desk.react(missing, "👍")
    walk = desk.catch_up()
    found = {(one.message.source_id, one.emoji) for one in Reaction.objects.select_related("message")}
    assert found == {(said, "❤️"), (missing, "👍")}
    assert walk.reactions == 2
    assert desk.catch_up().reactions == 0


def test_a_call_that_never_came(desk: Desk) -> None:
    desk.say("call me", 900)
    desk.world.advance(-600)
    people.call(desk.world, desk.world.contact(BIA))
    walk = desk.catch_up()
    assert walk.calls == 1
    assert desk.catch_up().calls == 0


def test_an_empty_message_gets_its_text(desk: Desk) -> None:
    said = desk.say("Yes, please", 900)
    payload = {
        "id": said, "chat_id": f"{BIA}@s.whatsapp.net", "from": f"{BIA}@s.whatsapp.net", "is_from_me": False,
        "timestamp": stamp(desk.ago(900)),
    }  # fmt: skip
    desk.hear(make.body("message", payload))
    assert message(said).kind == "unsupported"
    walk = desk.catch_up()
    assert (message(said).kind, message(said).content, walk.texts) == ("text", "Yes, please", 1)


def test_a_row_of_an_api_waits_while_the_chat_has_an_open_message(desk: Desk) -> None:
    heard(desk, "hello?", 900)
    said = desk.world.phone_say(BIA, "we are open", at=desk.ago(800))
    desk.row_of(said).sender = "15550000001:12@s.whatsapp.net"
    ours = make_phone_message(Conversation.objects.get(), "", "we are open", desk.ago(800))
    Message.objects.filter(pk=ours.pk).update(
        source_id=None, state="uncertain", queue_seq=1, left_ms=now_millis()
    )
    engine = desk.engine()
    wait_until(lambda: held(desk) is not None)
    assert texts() == ["hello?", "we are open"], "not stored twice"
    Message.objects.filter(pk=ours.pk).update(source_id=said, state="sent")
    wait_until(lambda: held(desk) is None)
    engine.stop()
    assert texts() == ["hello?", "we are open"]


def held(desk: Desk) -> int | None:
    """Since when rows of the chat are held, while the walk goes on."""
    return (
        WalkChat.objects.filter(walk__channel=desk.channel, done=False)
        .values_list("held_ms", flat=True)
        .first()
    )


def test_a_row_of_an_api_is_another_program_s_in_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rookery.catchup.walking.TWIN_SECONDS", 0)
    heard(desk, "hello?", 900)
    said = desk.world.phone_say(BIA, "🖼️ Image", kind="image", at=desk.ago(800))
    desk.world.find_message("15550000001", said).row.content = "🖼️ Image"  # type: ignore[union-attr]
    desk.row_of(said).sender = "15550000001:12@s.whatsapp.net"
    ours = make_phone_message(Conversation.objects.get(), "", "something else", desk.ago(800))
    Message.objects.filter(pk=ours.pk).update(
        source_id=None, state="uncertain", queue_seq=1, left_ms=now_millis()
    )
    desk.catch_up()
    assert (message(said).direction, message(said).kind, message(said).content) == ("out", "image", "")


def test_a_row_too_young_is_left_to_its_event(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The event knows more than the row: it gets the time the gateway tries."""
    desk.say("hello?", 900)
    desk.say("just now", 1)
    engine = desk.engine()
    wait_until(lambda: texts() == ["hello?"])
    wait_until(lambda: Walk.objects.filter(due_ms__gt=now_millis()).exists())
    assert Walk.objects.get().state == "running"
    engine.stop()
    monkeypatch.setattr(applying, "GRACE", -60)
    Walk.objects.update(due_ms=0)
    WalkChat.objects.update(due_ms=0)
    desk.engine()
    wait_until(lambda: texts() == ["hello?", "just now"])


def test_a_chat_kept_under_its_lid_is_the_number_s(desk: Desk) -> None:
    lid = "98765432101234@lid"
    contact = desk.world.contact(BIA)
    contact.lid, contact.lid_known = lid, False
    heard(desk, "hello?", 900, from_lid=lid, chat_lid=lid)
    desk.say("still there?", 800)
    desk.catch_up()
    assert texts() == ["hello?", "still there?"]
    assert Conversation.objects.count() == 1


def test_a_chat_under_a_lid_nobody_explained_is_not_stored_twice(desk: Desk) -> None:
    heard(desk, "hello?", 900)
    contact = desk.world.contact(BIA)
    contact.lid, contact.lid_known = "98765432101234@lid", False
    desk.catch_up()
    assert texts() == ["hello?"]


def test_a_number_s_other_spelling_is_tried(desk: Desk) -> None:
    """The list names the chat by a spelling under which its record is not kept."""
    heard(desk, "hello?", 900, chat_lid="98765432101234@lid")
    forms = addresses.of_chat(desk.channel.account_id, Jid.parse("98765432101234@lid"))
    assert [str(form) for form in forms] == [
        "98765432101234@lid",
        "5521987650000@s.whatsapp.net",
        "552187650000@s.whatsapp.net",
    ]


def test_an_id_used_in_two_chats_is_two_messages(desk: Desk) -> None:
    said = heard(desk, "mine", 900)
    desk.say("mine too", 890, number=BEN, id=said)
    desk.catch_up()
    assert texts() == ["mine", "mine too"]


def test_what_was_erased_stays_away(desk: Desk) -> None:
    said = heard(desk, "forget this", 900)
    erasing.do_erase_message(message(said).pk, desk.cast.admin)
    walk = desk.catch_up()
    assert (texts(), walk.messages) == ([], 0)
