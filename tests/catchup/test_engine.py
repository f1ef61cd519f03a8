"""The engine's manners: killed and started again, slow, polite, and no neighbour's trouble."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from rookery.catchup import schedule
from rookery.catchup.models import Walk, WalkChat, Watch
from rookery.catchup.pace import BURST, Pace
from rookery.channels.models import Channel, DeviceState
from rookery.conversations.models import Conversation
from rookery.db import write
from rookery.journal import record
from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests.catchup.desk import Desk, facts, texts, wait_until


def walks(desk: Desk, **more: object) -> list[Walk]:
    return list(Walk.objects.filter(channel=desk.channel, **more).order_by("pk"))


@pytest.mark.slow
def test_a_walk_goes_on_where_it_was_killed(desk: Desk) -> None:
    for number in range(8):
        phone = f"4915100000{number:02d}"
        desk.world.add_contact(phone, f"Person {number}")
        desk.say(f"from {number}", 900 + number, number=phone)
    desk.fault("slow", "/chat/", times=99, seconds=0.3)
    first = desk.engine()
    wait_until(lambda: len(texts()) >= 3)
    first.stop()
    read = WalkChat.objects.filter(done=True).count()
    assert 0 < read < 8, "the test stopped it half-way"
    desk.world.faults.clear()
    desk.engine()
    wait_until(lambda: bool(walks(desk, state="done")))
    assert texts() == [f"from {number}" for number in reversed(range(8))]
    assert walks(desk)[0].messages == 8, "one walk, each message counted once"
    assert Conversation.objects.count() == 8
    assert len(facts("conversation.caught_up")) == 8


@pytest.mark.slow
def test_a_gateway_in_trouble_delays_only_its_own_numbers(desk: Desk) -> None:
    other = World("v8", pace=0.0)
    other.add_device("demo", "15550000001")
    other.add_contact("4915100000001", "Cem")
    other.say("4915100000001", "to the second number", at=desk.ago(600))
    desk.fault("status", "/chats", times=9_999, status=500, code="INTERNAL_SERVER_ERROR", message="panic")
    desk.say("to the first number", 600)
    with SandboxThread(other) as gateway:
        channel, inbox = desk.add_number(gateway.url, "+15550000002", "demo")
        desk.engine()
        wait_until(lambda: texts(inbox=inbox) == ["to the second number"])
        wait_until(lambda: walks(desk)[0].failures > 0)
        assert (texts(inbox=desk.cast.inbox), walks(desk)[0].state) == ([], "running")
        assert walks(desk)[0].error
        desk.world.faults.clear()
        Walk.objects.update(due_ms=0)
        wait_until(lambda: texts(inbox=desk.cast.inbox) == ["to the first number"])
    assert Channel.objects.get(pk=channel.pk).complete_until


@pytest.mark.slow
def test_a_gateway_that_is_away_is_tried_again(desk: Desk) -> None:
    desk.say("hello?", 600)
    desk.fault("reset", "/", times=2)
    desk.engine()
    wait_until(lambda: texts() == ["hello?"])


@pytest.mark.slow
def test_reasons_to_read_again(desk: Desk) -> None:
    desk.engine()
    wait_until(lambda: [walk.reason for walk in walks(desk, state="done")] == ["start"])
    done = partial(_reasons, desk)
    DeviceState.objects.create(channel=desk.channel, state="unreachable", since=datetime.now(UTC))
    DeviceState.objects.create(channel=desk.channel, state="connected", since=datetime.now(UTC))
    wait_until(lambda: done()[1:] == ["reconnected"])
    Watch.objects.update(asked="", due_ms=0)  # it would settle later
    Channel.objects.filter(pk=desk.channel.pk).update(oversized_events=1)
    wait_until(lambda: done()[2:] == ["oversized_event"])
    Watch.objects.update(asked="", due_ms=0)
    with write():
        record(schedule.HISTORY_READY, account=desk.channel.account_id, channel=desk.channel.pk)
    wait_until(lambda: done()[3:] == ["history_ready"])
    Watch.objects.update(asked="", due_ms=0, next_ms=1)
    wait_until(lambda: done()[4:] == ["periodic"])
    Watch.objects.update(asked="", due_ms=0)
    schedule.do_ask(desk.channel.pk, "asked")
    wait_until(lambda: done()[5:] == ["asked"])


def _reasons(desk: Desk) -> list[str]:
    return [walk.reason for walk in walks(desk, state="done")]


@pytest.mark.slow
def test_what_is_asked_during_a_walk_happens_after_it(desk: Desk) -> None:
    desk.say("hello?", 600)
    desk.fault("slow", "/chats", times=1, seconds=0.5)
    desk.engine()
    wait_until(lambda: bool(walks(desk)))
    schedule.do_ask(desk.channel.pk, "asked")
    schedule.do_ask(desk.channel.pk, "asked")
    wait_until(lambda: _reasons(desk) == ["start", "asked"])


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_read_the_same(desk: Desk) -> None:
    assert schedule.do_beat("one", alone=False)[0]
    assert not schedule.do_beat("two", alone=False)[0]
    assert schedule.do_beat("one", alone=False)[0]
    assert schedule.do_beat("two", alone=True)[0], "the only worker takes over at once"


def test_a_gateway_is_asked_at_its_pace() -> None:
    pace = Pace(2.0)
    waits = [pace.reserve(100.0) for _ in range(int(BURST) + 4)]
    assert waits == [0.0] * int(BURST) + [0.5, 1.0, 1.5, 2.0]
    assert pace.reserve(1_000.0) == 0.0, "a pause fills the handful again"
