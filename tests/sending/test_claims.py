"""Which messages go next."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from rookery import db
from rookery.channels.models import Channel, Gateway
from rookery.conversations.actions import outgoing
from rookery.conversations.models import Conversation, Message
from rookery.conversations.store import outbox
from rookery.db.fields import now_millis
from rookery.sending import breaker, claims
from rookery.sending.claims import Load
from tests.sending.rows import Team, make_chat, make_number, make_team

ME = "worker-me"


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


def chats(team: Team, count: int) -> list[Conversation]:
    return [make_chat(team, f"552198765{index:04}") for index in range(count)]


def put(chat: Conversation, text: str = "x") -> Message:
    return outgoing.do_post_message(chat, user=None, text=text)[0]


def claim(owner: str = ME, load: Load | None = None, held: frozenset[int] = frozenset()) -> list[int]:
    return [found.message_id for found in claims.claim(owner, load or Load(), held)]


def test_first_of_each_chat_goes_when_nothing_is_under_way(team: Team) -> None:
    one, two = chats(team, 2)
    first, _, other = put(one, "1"), put(one, "2"), put(two, "1")
    assert claim() == [first.pk, other.pk]
    assert claim() == []
    row = Message.objects.get(pk=first.pk)
    assert (row.state, row.owner) == ("pending", ME)
    assert row.lease_ms > now_millis()


@pytest.mark.parametrize("state", ["sending", "uncertain"])
def test_chat_is_held_when_an_attempt_is_open(team: Team, state: str) -> None:
    (chat,) = chats(team, 1)
    first, _ = put(chat), put(chat)
    Message.objects.filter(pk=first.pk).update(state=state, left_ms=now_millis() - 70_000)
    assert claim() == []


@pytest.mark.parametrize("state", ["failed", "cancelled", "stale", "scheduled", "sent"])
def test_chat_is_free_when_the_earlier_one_does_not_hold_it(team: Team, state: str) -> None:
    (chat,) = chats(team, 1)
    first, second = put(chat), put(chat)
    Message.objects.filter(pk=first.pk).update(state=state)
    assert claim() == [second.pk]


def test_chat_is_free_when_the_uncertain_one_left_long_ago(team: Team) -> None:
    (chat,) = chats(team, 1)
    first, second = put(chat), put(chat)
    Message.objects.filter(pk=first.pk).update(state="uncertain", left_ms=now_millis() - 75_100)
    assert claim() == [second.pk]


def test_chat_is_held_when_the_first_waits_for_its_next_try(team: Team) -> None:
    (chat,) = chats(team, 1)
    first, _ = put(chat), put(chat)
    Message.objects.filter(pk=first.pk).update(due_ms=now_millis() + 60_000)
    assert claim() == []


def test_lease_is_free_when_it_ran_out(team: Team) -> None:
    (chat,) = chats(team, 1)
    message = put(chat)
    assert claim() == [message.pk]
    Message.objects.filter(pk=message.pk).update(lease_ms=now_millis() - 1)
    assert claim("worker-two") == [message.pk]


def test_few_of_one_number_go_together_when_many_wait(team: Team) -> None:
    _, inbox = make_number(team.account, team.gateway, "+15550000002", "two")
    for chat in chats(team, 10):
        put(chat)
    other = put(make_chat(team, "5521987659999", inbox=inbox))
    found = claim()
    assert len(found) == claims.PER_CHANNEL + 1
    assert other.pk in found


def test_nothing_goes_when_the_number_is_held(team: Team) -> None:
    put(chats(team, 1)[0])
    assert claim(held=frozenset({team.channel.pk})) == []


def test_pace_bounds_the_burst_when_it_is_set(team: Team) -> None:
    Channel.objects.filter(pk=team.channel.pk).update(
        settings={"pace_per_minute": 30}, pace_tokens=2.2, pace_at_ms=now_millis()
    )
    for chat in chats(team, 4):
        put(chat)
    assert len(claim()) == 2
    assert claim() == []
    assert Channel.objects.get(pk=team.channel.pk).pace_tokens < 1


def test_nothing_goes_when_the_breaker_is_open(team: Team) -> None:
    put(chats(team, 1)[0])
    Gateway.objects.update(breaker_failures=5, breaker_until_ms=now_millis() + 60_000)
    assert claim() == []


def test_one_message_tries_when_the_breaker_has_waited(team: Team) -> None:
    _, inbox = make_number(team.account, team.gateway, "+15550000002", "two")
    for chat in chats(team, 3):
        put(chat)
    put(make_chat(team, "5521987659999", inbox=inbox))
    Gateway.objects.update(breaker_failures=7, breaker_until_ms=now_millis() - 1)
    (found,) = claims.claim(ME, Load(), frozenset())
    assert found.probe
    assert claim() == []


def test_breaker_opens_when_five_connections_failed_in_a_row(team: Team) -> None:
    for _ in range(4):
        breaker.note_failure(team.gateway.pk, probe=False)
    breaker.note_answer(team.gateway.pk)
    for _ in range(5):
        breaker.note_failure(team.gateway.pk, probe=False)
    gateway = Gateway.objects.get(pk=team.gateway.pk)
    assert gateway.breaker_failures == 5
    assert now_millis() < gateway.breaker_until_ms <= now_millis() + 2_000


def test_breaker_waits_longer_when_the_probe_fails_too(team: Team) -> None:
    Gateway.objects.update(breaker_failures=9, breaker_until_ms=now_millis() + 10)
    breaker.note_failure(team.gateway.pk, probe=False)
    assert Gateway.objects.get(pk=team.gateway.pk).breaker_failures == 9
    breaker.note_failure(team.gateway.pk, probe=True)
    gateway = Gateway.objects.get(pk=team.gateway.pk)
    assert gateway.breaker_failures == 10
    assert 45_000 < gateway.breaker_until_ms - now_millis() <= 60_000


@pytest.mark.django_db(transaction=True)
def test_each_message_is_claimed_once_when_two_workers_claim() -> None:
    team = make_team()
    expected = {put(chat).pk for chat in chats(team, 12)}
    barrier, found, lock = threading.Barrier(2), [], threading.Lock()

    def work(owner: str) -> None:
        try:
            barrier.wait()
            for _ in range(20):
                taken = claim(owner)
                with lock:
                    found.extend(taken)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(f"worker-{index}",)) for index in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(found) == sorted(expected)


def test_lease_is_renewed_when_the_worker_lives(team: Team) -> None:
    message = put(chats(team, 1)[0])
    claim()
    with db.write():
        assert outbox.renew(ME, [message.pk], 12_345) == 1
        assert outbox.renew("worker-two", [message.pk], 99_999) == 0
    assert Message.objects.get(pk=message.pk).lease_ms == 12_345
