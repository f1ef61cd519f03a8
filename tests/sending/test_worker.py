"""The loop itself: crashes, several gateways, stopping."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from rookery.channels.models import Gateway
from rookery.conversations.actions import outgoing
from rookery.conversations.models import Message
from rookery.conversations.store import outbox
from rookery.db.fields import now_millis
from rookery.sending.database import Database
from tests.sending.line import Line, look_now, wait_until
from tests.sending.rows import Post, Team, make_chat, make_number, state_of

pytestmark = pytest.mark.slow


def test_leased_message_goes_when_its_worker_died(line: Line, post: Post) -> None:
    message = post("leased")
    outbox.lease(message.pk, "dead", now_millis(), now_millis() + 30_000)
    line.send(alone=True)
    wait_until(lambda: state_of(message) == "sent")
    assert line.texts() == ["leased"]


def test_leased_message_waits_when_its_worker_may_live(line: Line, post: Post) -> None:
    message = post("leased")
    outbox.lease(message.pk, "elsewhere", now_millis(), now_millis() + 1_500)
    line.send(alone=False)
    time.sleep(0.4)
    assert state_of(message) == "pending"
    wait_until(lambda: state_of(message) == "sent")


def test_departed_message_is_uncertain_when_its_worker_died(line: Line, post: Post) -> None:
    message = post("did it leave?")
    outbox.lease(message.pk, "dead", now_millis(), now_millis() + 30_000)
    outbox.mark_sending(message.pk, "dead", now_millis(), now_millis() + 30_000)
    line.send(alone=True)
    wait_until(lambda: state_of(message) == "uncertain")
    look_now(message)
    assert (state_of(message), line.texts()) == ("uncertain", [])


def test_record_settles_when_the_dead_workers_message_had_left(line: Line, post: Post) -> None:
    message = post("it did")
    line.fault("timeout_after", seconds=0.3)
    line.send()
    wait_until(lambda: line.texts() == ["it did"])
    assert state_of(message) == "sending"
    Message.objects.filter(pk=message.pk).update(owner="dead")  # as if that process were no more
    wait_until(lambda: not line.senders[0][0]._active)
    line.send(alone=True)
    wait_until(lambda: state_of(message) == "sent")
    assert Message.objects.get(pk=message.pk).source_id == line.screen()[0]["id"]


def test_other_gateways_go_on_when_one_hangs(line: Line, team: Team, post: Post) -> None:
    hanging = Line()
    try:
        for n in range(6):
            hanging.world.add_contact(f"55219876511{n:02}")
        hanging.fault("slow", seconds=0.8, times=50)
        gateway = Gateway.objects.create(
            account=team.account, url=hanging.url, username="admin", password="sandbox"
        )
        _, inbox = make_number(team.account, gateway, "+15550000002", "demo")
        stuck = [post("stuck", to=make_chat(team, f"55219876511{n:02}", inbox=inbox)) for n in range(6)]
        line.send()
        wait_until(lambda: Message.objects.filter(state="sending").count() == 4)
        started = time.monotonic()
        message = post("free")
        wait_until(lambda: state_of(message) == "sent")
        assert time.monotonic() - started < 0.7
        assert state_of(stuck[0]) == "sending"
    finally:
        line.stop_sender()
        hanging.close()


def test_breaker_opens_and_closes_when_the_gateway_goes_and_comes(line: Line, team: Team, post: Post) -> None:
    people = [f"55219876522{n:02}" for n in range(6)]
    for number in people:
        line.world.add_contact(number)
    line.refuse(2.0)
    messages = [post("x", to=make_chat(team, number)) for number in people]
    line.send()
    wait_until(lambda: Gateway.objects.get(pk=team.gateway.pk).breaker_failures >= 5)
    tries = sum(Message.objects.values_list("attempts", flat=True))
    time.sleep(0.5)
    assert sum(Message.objects.values_list("attempts", flat=True)) <= tries + 4  # only what was under way
    wait_until(lambda: all(state_of(message) == "sent" for message in messages), 15)
    assert Gateway.objects.get(pk=team.gateway.pk).breaker_failures == 0
    assert all(len(line.screen(number)) == 1 for number in people)


def test_request_under_way_ends_when_the_sender_stops(line: Line, post: Post) -> None:
    line.fault("slow", seconds=0.5)
    first, second = post("one"), post("two")
    line.send()
    wait_until(lambda: state_of(first) == "sending")
    line.stop_sender()
    assert (state_of(first), state_of(second)) == ("sent", "pending")


def test_two_senders_send_each_message_once(line: Line, team: Team, post: Post) -> None:
    people = [f"55219876533{n:02}" for n in range(6)]
    for number in people:
        line.world.add_contact(number)
    chats = [make_chat(team, number) for number in people]
    for index in range(5):
        for chat in chats:
            outgoing.do_post_message(chat, user=team.user, text=f"{index}")
    line.send(alone=False)
    line.send(alone=False)
    wait_until(lambda: not Message.objects.exclude(state="sent").exists(), 20)
    for number in people:
        assert line.texts(number) == [f"{index}" for index in range(5)]


async def test_outcome_is_written_when_the_database_comes_back() -> None:
    from django.db import OperationalError

    tries: list[str] = []

    def write() -> str:
        tries.append(threading.current_thread().name)
        if len(tries) < 3:
            raise OperationalError("database is locked")
        return "written"

    database = Database()
    try:
        assert await asyncio.wait_for(database.insist(write), 5) == "written"
    finally:
        await database.close()
    assert len(tries) == 3
    assert len(set(tries)) == 1
