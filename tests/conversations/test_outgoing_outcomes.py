"""What an attempt's outcome, and evidence, make of a message."""

from __future__ import annotations

from typing import Any

import pytest

from rookery.conversations.actions import outbox, outgoing, receipts
from rookery.conversations.incoming import Alias, IncomingReceipt, Place
from rookery.conversations.models import Conversation, Message, PendingChange, Reaction, Receipt
from rookery.conversations.store import outbox as queue
from rookery.db.fields import now_millis
from rookery.journal.models import Fact
from tests.sending.rows import Team, make_chat, make_phone_message, make_team

ME, OTHER = "worker-me", "worker-other"
ID = "3EB0A1B2C3D4E5F6A7B8C9"


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def chat(team: Team) -> Conversation:
    return make_chat(team)


def sending(chat: Conversation, text: str = "Hello", owner: str = ME) -> Message:
    """A message whose request is under way."""
    message = outgoing.do_post_message(chat, user=None, text=text)[0]
    assert queue.lease(message.pk, owner, 1, 2)
    assert queue.mark_sending(message.pk, owner, now_millis(), now_millis() + 30_000)
    return message


def seen(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def lost(message: Message, **changes: Any) -> Message:
    """It became uncertain."""
    assert outbox.record_uncertain(message.pk, ME, "timed_out", {}, row_possible=False, look_ms=1)
    Message.objects.filter(pk=message.pk).update(**changes)
    return seen(message)


def waiting_receipt(team: Team, chat: Conversation, status: str, at: int) -> None:
    alias = (Alias("pn", "552187650000", "5521987650000@s.whatsapp.net"),)
    place = Place(team.account.pk, team.inbox.pk, team.channel.pk, "reopen", frozenset())
    from rookery import db

    with db.write():
        receipts.do_apply_receipt(place, IncomingReceipt((ID,), alias, alias, status, at))


def test_sent_takes_id_and_place_when_it_is_mine(chat: Conversation) -> None:
    message = sending(chat)
    assert outbox.record_sent(message.pk, ME, ID, message.at + 2)
    now = seen(message)
    assert (now.state, now.rank, now.source_id, now.at, now.sent_at) == (
        "sent",
        1,
        ID,
        message.at + 2,
        message.at + 2,
    )
    assert (now.tie, now.owner, now.version) == (message.tie, "", message.version + 1)
    assert Fact.objects.filter(message_id=message.pk, kind="message.changed").count() == 1


def test_receipt_counts_when_it_overtook_the_answer(team: Team, chat: Conversation) -> None:
    message = sending(chat)
    waiting_receipt(team, chat, "read", message.at + 3)
    outbox.record_sent(message.pk, ME, ID, message.at)
    now = seen(message)
    assert (now.state, now.rank, now.read_at) == ("read", 3, message.at + 3)
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize("action", ["failed", "uncertain", "retry"])
def test_outcome_changes_nothing_when_the_worker_lost_it(chat: Conversation, action: str) -> None:
    message = sending(chat, owner=OTHER)
    before = seen(message)
    if action == "failed":
        assert not outbox.record_failed(message.pk, ME, "rejected", {"detail": "-"})
    elif action == "uncertain":
        assert not outbox.record_uncertain(message.pk, ME, "timed_out", {}, row_possible=True, look_ms=1)
    else:
        assert not outbox.record_retry_later(message.pk, ME, 1, "unreachable", {})
    after = seen(message)
    assert (after.state, after.owner, after.version) == ("sending", OTHER, before.version)


def test_late_success_settles_when_the_message_is_uncertain(chat: Conversation) -> None:
    message = lost(sending(chat))
    assert outbox.record_sent(message.pk, ME, ID, message.at)
    assert (seen(message).state, seen(message).source_id) == ("sent", ID)


def test_late_success_stops_the_second_try_when_it_has_not_left(chat: Conversation) -> None:
    message = lost(sending(chat))
    outgoing.do_retry(message, None)
    assert outbox.record_sent(message.pk, ME, ID, message.at)
    assert seen(message).state == "sent"
    assert not queue.lease(message.pk, OTHER, now_millis(), now_millis() + 1)


def test_late_success_changes_nothing_when_another_worker_is_sending(chat: Conversation) -> None:
    message = sending(chat, owner=OTHER)
    assert not outbox.record_sent(message.pk, ME, ID, message.at)
    assert (seen(message).state, seen(message).source_id) == ("sending", None)


def test_late_success_adds_the_id_when_the_agent_had_settled_it(chat: Conversation) -> None:
    message = lost(sending(chat))
    outgoing.do_settle(message)
    assert not outbox.record_sent(message.pk, ME, ID, message.at)  # counted when the agent settled it
    assert (seen(message).state, seen(message).source_id) == ("sent", ID)


def test_failure_is_shown_when_it_is_final(chat: Conversation) -> None:
    message = sending(chat)
    assert outbox.record_failed(message.pk, ME, "rejected", {"detail": "no"})
    now = seen(message)
    assert (now.state, now.failure_code, now.failure_params) == ("failed", "rejected", {"detail": "no"})


def test_bubble_changes_once_when_the_reason_to_wait_stays_the_same(chat: Conversation) -> None:
    message = sending(chat)
    assert outbox.record_retry_later(message.pk, ME, 5, "unreachable", {})
    queue.lease(message.pk, ME, now_millis(), now_millis() + 1)
    queue.mark_sending(message.pk, ME, now_millis(), now_millis() + 1)
    assert outbox.record_retry_later(message.pk, ME, 6, "unreachable", {})
    now = seen(message)
    assert (now.state, now.attempts, now.due_ms, now.left_ms) == ("pending", 2, 6, None)
    assert now.version == message.version + 1
    assert Fact.objects.filter(message_id=message.pk, kind="message.changed").count() == 1


def test_evidence_settles_when_the_message_is_uncertain(chat: Conversation) -> None:
    message = lost(sending(chat))
    assert outbox.settle_by_evidence(message.pk, ID, message.at)
    assert seen(message).state == "sent"
    assert not outbox.settle_by_evidence(message.pk, "3EB0FFFFFFFFFFFFFFFFFF", message.at)


def test_evidence_is_refused_when_another_message_of_ours_has_the_id(chat: Conversation) -> None:
    first = sending(chat)
    outbox.record_sent(first.pk, ME, ID, first.at)
    second = lost(sending(chat))
    assert not outbox.settle_by_evidence(second.pk, ID, second.at)
    assert seen(second).state == "uncertain"


def test_twin_is_absorbed_when_the_answer_names_its_id(team: Team, chat: Conversation) -> None:
    message = sending(chat)
    twin = make_phone_message(chat, ID, "Hello", message.at + 1)
    Message.objects.filter(pk=twin.pk).update(
        state="read", rank=3, delivered_at=message.at + 2, read_at=message.at + 3
    )
    Receipt.objects.create(message=twin, contact=chat.contact, read_at=message.at + 3)
    Reaction.objects.create(message=twin, contact=chat.contact, emoji="👍", at=message.at + 4)
    Conversation.objects.filter(pk=chat.pk).update(last_message_id=twin.pk)
    reply = outgoing.do_post_message(chat, user=None, text="re", reply_to=twin)[0]
    assert outbox.record_sent(message.pk, ME, ID, None)
    now = seen(message)
    assert not Message.objects.filter(pk=twin.pk).exists()
    assert (now.state, now.rank, now.source_id, now.at) == ("read", 3, ID, message.at + 1)
    assert (now.delivered_at, now.read_at, now.client_ref) == (
        message.at + 2,
        message.at + 3,
        message.client_ref,
    )
    assert now.receipts.count() == now.reactions.count() == 1
    assert seen(reply).quoted_id == message.pk
    gone = Fact.objects.get(message_id=twin.pk)
    assert (gone.data["gone"], gone.data["ref"]) == (True, str(twin.client_ref))


def test_wrongly_settled_message_is_uncertain_again_when_the_true_owner_answers(chat: Conversation) -> None:
    wrong, right = lost(sending(chat)), sending(chat)
    outbox.settle_by_evidence(wrong.pk, ID, wrong.at)
    assert outbox.record_sent(right.pk, ME, ID, right.at)
    assert (seen(right).state, seen(right).source_id) == ("sent", ID)
    assert (seen(wrong).state, seen(wrong).source_id, seen(wrong).rank) == ("uncertain", None, 0)


def test_dead_workers_message_is_uncertain_when_its_lease_ran_out(chat: Conversation) -> None:
    message = sending(chat, owner=OTHER)
    now = now_millis()
    assert outbox.recover(ME, (), now, alone=False) == []
    assert outbox.recover(ME, (), now + 40_000, alone=False) == [message.pk]
    assert (seen(message).state, seen(message).failure_code) == ("uncertain", "worker_stopped")


def test_other_workers_are_dead_when_this_one_is_alone(chat: Conversation) -> None:
    sent = sending(chat, owner=OTHER)
    leased = outgoing.do_post_message(chat, user=None, text="next")[0]
    queue.lease(leased.pk, OTHER, now_millis(), now_millis() + 30_000)
    assert outbox.recover(ME, (), now_millis(), alone=True) == [sent.pk]
    assert (seen(leased).state, seen(leased).owner, seen(leased).lease_ms) == ("pending", "", 0)


def test_own_message_is_uncertain_when_nothing_works_on_it(chat: Conversation) -> None:
    message = sending(chat)
    assert outbox.recover(ME, {message.pk}, now_millis(), alone=True) == []
    assert outbox.recover(ME, (), now_millis(), alone=True) == [message.pk]


def test_waiting_message_is_stale_when_it_is_old(chat: Conversation) -> None:
    message = outgoing.do_post_message(chat, user=None, text="old")[0]
    leased = outgoing.do_post_message(chat, user=None, text="just going")[0]
    queue.lease(leased.pk, ME, now_millis(), now_millis() + 1_000)
    assert outbox.do_set_stale([message.pk, leased.pk]) == 1
    assert (seen(message).state, seen(leased).state) == ("stale", "pending")


def test_look_is_taken_once_when_two_workers_want_it(chat: Conversation) -> None:
    message = lost(sending(chat))
    assert outbox.take_look(message.pk, 0, 5)
    assert not outbox.take_look(message.pk, 0, 5)
    outbox.look_again(message.pk, 0, 9)
    assert (seen(message).looks, seen(message).due_ms) == (0, 9)
