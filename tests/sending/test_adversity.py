"""Long outages, clocks that go back, and an echo that comes together with the answer."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from django.db.models import F

from rookery import db
from rookery.channels.models import Channel
from rookery.conversations.actions import outbox, outgoing
from rookery.conversations.models import Message
from rookery.db.fields import now_millis, now_seconds
from rookery.sending import breaker
from rookery.sending.pacing import Bucket
from rookery.sending.worker import Sender
from tests.sending.rows import make_chat, make_phone_message, make_team, state_of

HOURS = 4 * 3_600_000
DAY = 86_400_000


@pytest.mark.django_db
def test_all_old_messages_ask_first_when_there_are_many() -> None:
    chat = make_chat(make_team())
    for number in range(210):
        outgoing.do_post_message(chat, user=None, text=str(number))
    Message.objects.update(queue_seq=F("queue_seq") - HOURS)
    Sender()._retire()
    assert set(Message.objects.values_list("state", flat=True)) == {"stale"}


@pytest.mark.django_db
def test_old_message_asks_first_when_a_dead_worker_had_leased_it() -> None:
    message = outgoing.do_post_message(make_chat(make_team()), user=None, text="old")[0]
    Message.objects.update(queue_seq=F("queue_seq") - HOURS, owner="dead", lease_ms=now_millis() - HOURS)
    Sender()._retire()
    assert state_of(message) == "stale"


@pytest.mark.django_db
def test_number_writes_on_when_the_clock_went_back_a_day() -> None:
    channel = make_team().channel
    channel.settings = {"pace_per_minute": 30}
    channel.pace_tokens, channel.pace_at_ms = 0.3, now_millis() + DAY
    assert Bucket(channel, now_millis()).room == 1


@pytest.mark.django_db
def test_gateway_is_tried_when_the_clock_went_back_a_day() -> None:
    gateway, until = make_team().gateway, now_millis() + DAY
    Channel.objects.filter(gateway=gateway).update(pace_tokens=20)
    type(gateway).objects.update(breaker_failures=6, breaker_until_ms=until)
    assert breaker.state(6, until, now_millis()) == "probe"
    with db.write():
        assert breaker.take_probe(gateway.pk, now_millis())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_message_is_sent_when_its_echo_is_stored_in_the_same_moment() -> None:
    chat = make_chat(make_team())
    message = outgoing.do_post_message(chat, user=None, text="hi")[0]
    Message.objects.update(state="sending", owner="me", left_ms=now_millis(), lease_ms=now_millis() + 30_000)
    answers: list[bool] = []

    def record() -> None:
        try:
            answers.append(outbox.record_sent(message.pk, "me", "3EB0AAAAAAAAAAAAAAAAAA", now_seconds()))
        finally:
            connection.close()

    thread = threading.Thread(target=record)
    with db.write():
        make_phone_message(chat, "3EB0AAAAAAAAAAAAAAAAAA", "hi", now_seconds())
        thread.start()
        time.sleep(0.5)
    thread.join(10)
    assert answers == [True]
    assert list(Message.objects.values_list("pk", "state")) == [(message.pk, "sent")]
