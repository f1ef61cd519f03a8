"""Posting, and what agents do with what they posted."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from rookery.conversations.actions import outgoing
from rookery.conversations.actions.outgoing import Upload
from rookery.conversations.errors import Refused
from rookery.conversations.models import Blob, Conversation, Message
from rookery.db.fields import now_seconds
from rookery.journal.models import Fact
from tests.sending.rows import Team, make_chat, make_incoming, make_team


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def chat(team: Team) -> Conversation:
    return make_chat(team)


def blob(team: Team, name: str = "a", type_: str = "image/jpeg") -> Blob:
    digest = name.encode().ljust(32, b"x")
    return Blob.objects.create(account=team.account, sha256=digest, size=3, type=type_, key=name)


def upload(team: Team, kind: str, name: str) -> Upload:
    return Upload(blob(team, name), f"{name}.bin", kind)


def post(chat: Conversation, team: Team, text: str = "Hello", **options: Any) -> list[Message]:
    return outgoing.do_post_message(chat, user=team.user, text=text, **options)


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        action()
    return caught.value.code


def test_post_is_queued_when_it_is_a_text(team: Team, chat: Conversation) -> None:
    (message,) = post(chat, team)
    message.refresh_from_db()
    assert (message.state, message.direction, message.kind, message.user_id) == (
        "pending",
        "out",
        "text",
        team.user.pk,
    )
    assert message.queue_seq is not None
    assert message.tie == f"~{message.queue_seq:015d}"
    assert abs(message.at - now_seconds()) <= 1
    fact = Fact.objects.get(message_id=message.pk)
    assert (fact.kind, fact.conversation_id, fact.data["incoming"]) == ("message.created", chat.pk, False)


def test_post_touches_the_conversation_when_the_customer_was_waiting(team: Team, chat: Conversation) -> None:
    Conversation.objects.filter(pk=chat.pk).update(waiting_since=5)
    (message,) = post(chat, team)
    chat.refresh_from_db()
    assert (chat.last_message_id, chat.waiting_since) == (message.pk, None)
    assert chat.first_reply_at is not None
    assert chat.last_activity_at == message.at


def test_post_stands_behind_the_newest_message_when_our_clock_is_slow(team: Team, chat: Conversation) -> None:
    ahead = now_seconds() + 120
    make_incoming(chat, "3EBFFFFFFFFFFFFFFFFFFF", "from the future", ahead)
    (message,) = post(chat, team)
    assert message.at == ahead
    assert message.tie > "3EBFFFFFFFFFFFFFFFFFFF"


def test_post_takes_the_channels_offset_when_the_clock_is_off(team: Team, chat: Conversation) -> None:
    team.channel.clock_offset_ms = 30_000
    team.channel.save()
    chat.refresh_from_db()
    (message,) = post(chat, team)
    assert 28 <= message.at - now_seconds() <= 31


def test_posts_keep_their_order_when_they_come_in_one_second(team: Team, chat: Conversation) -> None:
    made = [post(chat, team, str(number))[0] for number in range(20)]
    ordered = Message.objects.order_by("at", "tie").values_list("content", flat=True)
    assert list(ordered) == [str(number) for number in range(20)]
    places = [message.queue_seq or 0 for message in made]
    assert places == sorted(set(places))


def test_post_makes_one_message_per_file_when_there_are_several(team: Team, chat: Conversation) -> None:
    quoted = make_incoming(chat, "AAA", "Which one?", 1_700_000_000)
    files = [upload(team, "image", "one"), upload(team, "document", "two"), upload(team, "voice", "three")]
    made = post(chat, team, "These", files=files, reply_to=quoted)
    assert [(m.kind, m.content) for m in made] == [("image", "These"), ("document", ""), ("audio", "")]
    assert [m.quoted_source_id for m in made] == ["AAA", "", ""]
    assert {m.additional_attributes["batch"] for m in made} == {str(made[0].client_ref)}
    assert [a.kind for m in made for a in m.attachments.all()] == ["image", "document", "voice"]


def test_text_goes_ahead_when_the_first_file_cannot_carry_it(team: Team, chat: Conversation) -> None:
    quoted = make_incoming(chat, "AAA", "Well?", 1_700_000_000)
    made = post(chat, team, "Listen", files=[upload(team, "voice", "one")], reply_to=quoted)
    assert [(m.kind, m.content, m.quoted_id) for m in made] == [
        ("text", "Listen", quoted.pk),
        ("audio", "", None),
    ]


def test_post_answers_the_first_messages_when_the_reference_comes_again(
    team: Team, chat: Conversation
) -> None:
    ref = uuid.uuid4()
    files = [upload(team, "image", "one"), upload(team, "image", "two")]
    first = post(chat, team, files=files, client_ref=ref)
    again = post(chat, team, "something else", client_ref=ref)
    assert [m.pk for m in again] == [m.pk for m in first]
    assert Message.objects.count() == 2


def test_post_is_refused_when_the_reference_belongs_to_another_chat(team: Team, chat: Conversation) -> None:
    ref = uuid.uuid4()
    post(chat, team, client_ref=ref)
    other = make_chat(team, "5521987651111")
    assert refusal(lambda: post(other, team, client_ref=ref)) == "client_ref_used"


@pytest.mark.django_db(transaction=True)
def test_one_post_is_stored_when_two_threads_send_the_same_reference() -> None:
    team = make_team()
    chat = make_chat(team)
    ref, gate, answers = uuid.uuid4(), threading.Barrier(2), []

    def click() -> None:
        gate.wait()
        try:
            mine = Conversation.objects.get(pk=chat.pk)
            answers.append(post(mine, team, client_ref=ref)[0].pk)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert len(answers) == 2
    assert len(set(answers)) == 1
    assert Message.objects.count() == 1


def test_note_is_never_queued_when_it_is_private(team: Team, chat: Conversation) -> None:
    Conversation.objects.filter(pk=chat.pk).update(waiting_since=5)
    (note,) = post(chat, team, "call them", private=True)
    chat.refresh_from_db()
    assert (note.state, note.private, note.queue_seq) == ("sent", True, None)
    assert (chat.waiting_since, chat.first_reply_at) == (5, None)


def test_nul_and_half_pairs_are_harmless_when_a_program_sends_them(team: Team, chat: Conversation) -> None:
    (message,) = post(chat, team, "a\x00b\ud83dc")
    message.refresh_from_db()
    assert message.content == "ab?c"


@pytest.mark.parametrize(
    ("text", "code"),
    [(" \n\x00", "message_empty"), ("x" * 65_537, "message_too_long")],
)
def test_post_is_refused_when_the_text_is_no_message(
    team: Team, chat: Conversation, text: str, code: str
) -> None:
    assert refusal(lambda: post(chat, team, text)) == code
    assert not Message.objects.exists()


def test_post_is_refused_when_the_contact_is_blocked(team: Team, chat: Conversation) -> None:
    chat.contact.blocked = True
    assert refusal(lambda: post(chat, team)) == "contact_blocked"
    assert post(chat, team, "why", private=True)


def test_post_is_refused_when_the_conversation_was_merged(team: Team, chat: Conversation) -> None:
    chat.merged_into = make_chat(team, "5521987651111")
    assert refusal(lambda: post(chat, team)) == "conversation_merged"


def test_post_is_refused_when_the_number_is_gone(team: Team, chat: Conversation) -> None:
    team.inbox.channel = None
    team.inbox.save()
    chat.refresh_from_db()
    assert refusal(lambda: post(chat, team)) == "channel_missing"


def test_post_is_refused_when_it_replies_to_another_chat(team: Team, chat: Conversation) -> None:
    elsewhere = make_incoming(make_chat(team, "5521987651111"), "AAA", "hi", 1_700_000_000)
    assert refusal(lambda: post(chat, team, reply_to=elsewhere)) == "reply_elsewhere"


@pytest.mark.parametrize("state", ["failed", "uncertain", "stale", "cancelled"])
def test_retry_moves_to_the_end_when_it_may_go_again(team: Team, chat: Conversation, state: str) -> None:
    (first,), (second,) = post(chat, team, "one"), post(chat, team, "two")
    Message.objects.filter(pk=first.pk).update(
        state=state, failure_code="timed_out", attempts=4, left_ms=1, looks=3
    )
    again = outgoing.do_retry(Message.objects.get(pk=first.pk), team.user)
    assert (again.state, again.failure_code, again.attempts, again.left_ms, again.looks) == (
        "pending",
        "",
        0,
        None,
        0,
    )
    assert (again.at, again.tie, again.queue_seq or 0) > (second.at, second.tie, second.queue_seq or 0)
    assert again.version > first.version
    chat.refresh_from_db()
    assert chat.last_message_id == first.pk


@pytest.mark.parametrize("state", ["pending", "sending", "sent", "delivered"])
def test_retry_is_refused_when_it_is_on_its_way(team: Team, chat: Conversation, state: str) -> None:
    (message,) = post(chat, team)
    Message.objects.filter(pk=message.pk).update(state=state)
    assert refusal(lambda: outgoing.do_retry(message, team.user)) == "not_retryable"
    message.refresh_from_db()
    assert message.state == state


def test_settle_makes_it_sent_when_the_agent_says_it_arrived(team: Team, chat: Conversation) -> None:
    (message,) = post(chat, team)
    Message.objects.filter(pk=message.pk).update(state="uncertain", failure_code="timed_out")
    settled = outgoing.do_settle(message)
    assert (settled.state, settled.rank, settled.failure_code) == ("sent", 1, "")
    assert refusal(lambda: outgoing.do_settle(message)) == "not_uncertain"


def test_settle_makes_it_failed_when_the_agent_says_it_did_not_arrive(team: Team, chat: Conversation) -> None:
    (message,) = post(chat, team)
    Message.objects.filter(pk=message.pk).update(state="uncertain")
    assert outgoing.do_settle(message, arrived=False).state == "failed"


def test_cancel_takes_it_back_when_it_has_not_left(team: Team, chat: Conversation) -> None:
    (message,) = post(chat, team)
    assert outgoing.do_cancel(message, team.user).state == "cancelled"


def test_cancel_is_refused_when_it_has_left(team: Team, chat: Conversation) -> None:
    (message,) = post(chat, team)
    Message.objects.filter(pk=message.pk).update(state="sending")
    assert refusal(lambda: outgoing.do_cancel(message, team.user)) == "not_cancellable"


def test_nothing_is_posted_into_a_chat_that_was_joined_with_another_meanwhile(
    team: Team, chat: Conversation
) -> None:
    other = make_chat(team, "5521987650009")
    stale = Conversation.objects.get(pk=chat.pk)
    Conversation.objects.filter(pk=chat.pk).update(status="resolved", merged_into=other)
    assert refusal(lambda: post(stale, team)) == "conversation_merged"
    assert not Message.objects.filter(direction="out").exists()
