"""Posted messages reach the phone, and every answer of the gateway becomes the right state."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rookery.channels.models import Channel, Gateway
from rookery.conversations.actions import outgoing
from rookery.conversations.models import Message
from rookery.db.fields import now_millis, now_seconds
from rookery.journal.models import Fact
from rookery.sandbox.model import Group, Member
from tests.sending.line import Line, look_now, wait_until
from tests.sending.rows import Post, Team, make_chat, make_group, make_team, state_of

pytestmark = pytest.mark.slow


def test_text_arrives_when_it_is_posted(line: Line, team: Team, post: Post) -> None:
    message = post("Good morning")
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    message.refresh_from_db()
    (shown,) = line.screen()
    assert (shown["text"], shown["id"], shown["from_me"]) == ("Good morning", message.source_id, False)
    assert (message.rank, message.owner, message.failure_code) == (1, "", "")
    assert message.sent_at == message.at
    assert Fact.objects.filter(message_id=message.pk, kind="message.changed", data__state="sent").count() == 1


def test_text_leaves_at_once_when_the_sender_is_idle(line: Line, post: Post) -> None:
    line.send()
    time.sleep(0.3)
    started = time.monotonic()
    post("quick")
    wait_until(lambda: line.texts() == ["quick"])
    assert time.monotonic() - started < 1.0


def test_reply_is_quoted_when_the_quoted_one_got_its_id_later(line: Line, post: Post) -> None:
    first = post("one")
    second = post("two", reply_to=first)
    line.send()
    wait_until(lambda: state_of(second) == "sent")
    first.refresh_from_db()
    assert line.screen()[1]["reply_to"] == first.source_id


def test_each_chat_keeps_its_order_when_many_are_sent_together(line: Line, team: Team, post: Post) -> None:
    numbers = [f"552198766{index:04}" for index in range(5)]
    for number in numbers:
        line.world.add_contact(number)
    chats = [make_chat(team, number) for number in numbers]
    for index in range(8):
        for chat in chats:
            post(f"text {index}", to=chat)
    line.send()
    wait_until(lambda: not Message.objects.exclude(state="sent").exists(), 20)
    for number in numbers:
        assert line.texts(number) == [f"text {index}" for index in range(8)]
    ordered = Message.objects.filter(conversation=chats[0]).order_by("at", "tie")
    assert list(ordered.values_list("content", flat=True)) == [f"text {index}" for index in range(8)]


def test_message_waits_when_nothing_listens(line: Line, post: Post) -> None:
    message = post("patience")
    line.refuse(0.5)
    line.send()
    wait_until(lambda: Message.objects.get(pk=message.pk).failure_code == "unreachable")
    assert state_of(message) == "pending"
    wait_until(lambda: state_of(message) == "sent")
    assert line.texts() == ["patience"]


@pytest.mark.parametrize("mode", ["reset", "timeout_before"])
def test_outcome_is_uncertain_when_the_connection_breaks(line: Line, post: Post, mode: str) -> None:
    line.fault(mode)
    message = post("lost?")
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    message.refresh_from_db()
    assert (message.failure_code, message.row_possible) == ("connection_lost", True)
    look_now(message)
    assert state_of(message) == "uncertain"
    assert line.screen() == []


@pytest.mark.parametrize(
    ("answer", "state", "code", "row"),
    [
        ({"status": 500, "message": "something new"}, "uncertain", "gateway_error", True),
        ({"status": 500, "message": "context deadline exceeded"}, "uncertain", "timed_out", False),
        ({"status": 504}, "uncertain", "timed_out", False),
        ({"status": 502}, "uncertain", "gateway_error", True),
        ({"status": 500, "message": "server returned error 479"}, "failed", "refused_by_whatsapp", True),
        ({"status": 429, "code": "WA_REACHOUT_TIMELOCK"}, "failed", "new_chats_paused", True),
        ({"status": 400, "code": "INVALID_JID"}, "failed", "not_on_whatsapp", True),
    ],
)
def test_state_follows_the_answer_when_it_is_an_error(
    line: Line, post: Post, answer: dict[str, Any], state: str, code: str, row: bool
) -> None:
    line.fault("status", **answer)
    message = post()
    line.send()
    wait_until(lambda: state_of(message) == state)
    message.refresh_from_db()
    assert (message.failure_code, message.row_possible) == (code, row)
    assert line.screen() == []


def test_outcome_is_uncertain_when_the_answer_is_garbage(line: Line, post: Post) -> None:
    line.fault("garbage")
    message = post()
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")


def test_message_is_tried_again_when_it_certainly_did_not_leave(line: Line, post: Post) -> None:
    line.fault("status", status=500, message="failed to upload file: timeout")
    message = post("second time")
    line.send()
    wait_until(lambda: state_of(message) == "sent", 10)
    assert line.texts() == ["second time"]
    assert Message.objects.get(pk=message.pk).attempts == 1


def test_message_waits_for_the_number_when_it_is_out_of_service(line: Line, post: Post) -> None:
    line.world.slots["demo"].connected = False
    message = post("later")
    line.send()
    wait_until(lambda: Message.objects.get(pk=message.pk).failure_code == "not_connected")
    assert state_of(message) == "pending"
    line.world.slots["demo"].connected = True
    wait_until(lambda: state_of(message) == "sent", 10)
    message.refresh_from_db()
    assert (message.attempts, message.failure_code) == (0, "")


def test_message_waits_when_the_password_is_wrong(line: Line, team: Team, post: Post) -> None:
    Gateway.objects.filter(pk=team.gateway.pk).update(username="somebody")
    message = post("later")
    line.send()
    wait_until(lambda: Message.objects.get(pk=message.pk).failure_code == "bad_credentials")
    Gateway.objects.filter(pk=team.gateway.pk).update(username="admin")
    wait_until(lambda: state_of(message) == "sent", 10)


def test_next_message_goes_when_one_failed(line: Line, post: Post) -> None:
    line.fault("status", status=400, code="INVALID_JID")
    first, second = post("one"), post("two")
    line.send()
    wait_until(lambda: state_of(second) == "sent")
    assert state_of(first) == "failed"
    assert line.texts() == ["two"]


def test_next_message_waits_when_one_is_uncertain(line: Line, post: Post) -> None:
    line.fault("timeout_before")
    first, second = post("one"), post("two")
    line.send()
    wait_until(lambda: state_of(first) == "uncertain")
    time.sleep(0.4)
    assert state_of(second) == "pending"
    Message.objects.filter(pk=first.pk).update(left_ms=now_millis() - 75_001)
    wait_until(lambda: state_of(second) == "sent")
    assert line.texts() == ["two"]


def test_next_message_goes_when_the_agent_settles_the_uncertain_one(line: Line, post: Post) -> None:
    line.fault("timeout_before")
    first, second = post("one"), post("two")
    line.send()
    wait_until(lambda: state_of(first) == "uncertain")
    outgoing.do_retry(Message.objects.get(pk=first.pk), None)
    wait_until(lambda: state_of(first) == "sent" and state_of(second) == "sent")
    assert line.texts() == ["two", "one"]


def test_cancelled_message_never_leaves(line: Line, post: Post) -> None:
    message, last = post("no"), post("yes")
    outgoing.do_cancel(message)
    line.send()
    wait_until(lambda: state_of(last) == "sent")
    assert line.texts() == ["yes"]


def test_old_message_asks_when_it_waited_too_long(line: Line, post: Post) -> None:
    message, fresh = post("yesterday's"), post("today's")
    Message.objects.filter(pk=message.pk).update(queue_seq=now_millis() - 3_700_000)
    line.send()
    wait_until(lambda: state_of(fresh) == "sent")
    assert state_of(message) == "stale"
    outgoing.do_retry(Message.objects.get(pk=message.pk), None)
    wait_until(lambda: state_of(message) == "sent")
    assert line.texts() == ["today's", "yesterday's"]


def test_message_takes_whatsapps_second_when_the_clocks_differ(line: Line, team: Team, post: Post) -> None:
    ours = now_seconds()
    line.world.clock = lambda: datetime.now(UTC) + timedelta(seconds=90)
    message = post()
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    message.refresh_from_db()
    assert message.at >= ours + 89
    assert 88_000 < Channel.objects.get(pk=team.channel.pk).clock_offset_ms < 92_000


def test_newer_gateway_takes_it_as_well(transactional_db: None) -> None:
    line = Line("v9")
    try:
        line.world.add_contact("5521987650000", "Bia")
        team = make_team(line.url)
        chat = make_chat(team)
        message = outgoing.do_post_message(chat, user=team.user, text="nine")[0]
        line.send()
        wait_until(lambda: state_of(message) == "sent")
        assert line.texts() == ["nine"]
    finally:
        line.close()


def test_group_gets_it_when_the_chat_is_one(line: Line, team: Team, post: Post) -> None:
    group = "120363041234567890"
    line.world.groups[f"{group}@g.us"] = Group(
        jid=f"{group}@g.us",
        subject="Staff",
        members=[Member(phone="15550000001"), Member(phone="5521987650000")],
    )
    message = post("all of you", to=make_group(team, group))
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    assert [shown["text"] for shown in line.world.screen("5521987650000", f"{group}@g.us")] == ["all of you"]
