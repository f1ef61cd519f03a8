"""Senders who lie, events that meet their worst moment, and workers that meet each other."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Collection

import pytest
from django.db import IntegrityError, connection

from rookery import db
from rookery.conversations.actions import outbox, outgoing
from rookery.conversations.models import Contact, Conversation, Message
from rookery.db.fields import now_millis, now_seconds
from rookery.intake import claims
from rookery.intake.models import RawEvent
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast, make_cast

SENT = "3EB0AAAAAAAAAAAAAAAAAA"
GROUP = "120363041234567890@g.us"


def process(cast: Cast, *bodies: bytes) -> None:
    make.store(cast.channel, *bodies)
    Processor().drain()


def soon() -> str:
    """A little ahead of our clock, so that it is the newest message of its chat."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 200))


def sending(cast: Cast) -> Message:
    """A message to the customer whose request is under way, by worker `me`."""
    process(cast, make.text_event("hello"))
    message = outgoing.do_post_message(Conversation.objects.get(), user=cast.admin, text="hi")[0]
    Message.objects.filter(pk=message.pk).update(
        state="sending", owner="me", left_ms=now_millis(), lease_ms=now_millis() + 30_000
    )
    return message


@pytest.mark.parametrize("source_id", ["~foo", "~999999999999999999999"])
def test_agent_can_reply_when_a_stranger_chose_an_id_like_our_places(cast: Cast, source_id: str) -> None:
    process(cast, make.text_event("hello", id=source_id, at=soon()))
    posted = outgoing.do_post_message(Conversation.objects.get(), user=cast.admin, text="hi")[0]
    assert posted.queue_seq is not None
    assert posted.queue_seq < now_millis() + 60_000


def test_message_is_read_when_our_own_reading_came_first(cast: Cast) -> None:
    source_id = make.source_id()
    own = make.receipt_event([source_id], "read", by="15550000001", chat="5521987650000@s.whatsapp.net")
    process(cast, own)
    process(cast, make.text_event("hello", id=source_id))
    assert Conversation.objects.get().unread_count == 0


@pytest.mark.sqlite
def test_processing_goes_on_when_a_receipt_names_more_ids_than_a_statement_takes(cast: Cast) -> None:
    ids = [format(number, "x") for number in range(1_200)]
    usual = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    try:
        process(cast, make.receipt_event(ids, "read"), make.text_event("after it"))
    finally:
        connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, usual)
    assert Message.objects.filter(content="after it").exists()
    assert not RawEvent.objects.exclude(state=RawEvent.State.DONE).exists()


def test_two_people_stay_two_when_an_event_names_another_author_than_its_chat(cast: Cast) -> None:
    process(cast, make.text_event("one", **{"from": "5531900001111@s.whatsapp.net"}))
    process(cast, make.text_event("two", chat="5531900001111"))
    assert Conversation.objects.count() == 2


def test_double_is_one_message_when_nobody_names_the_author_in_a_group(cast: Cast) -> None:
    body = make.text_event("hello", chat=GROUP, from_name="Bot", **{"from": "1313@bot"})
    process(cast, body, body + b" ")
    assert Message.objects.count() == 1
    assert Contact.objects.get().name == ""


def test_receipt_counts_when_its_sender_is_explained_in_a_group(cast: Cast) -> None:
    message = sending(cast)
    outbox.record_sent(message.pk, "me", SENT, None)
    process(cast, make.receipt_event([SENT], "read", by="98765@lid"))
    number = {"from": "5521987650000@s.whatsapp.net", "from_lid": "98765@lid"}
    process(cast, make.text_event("in the group", chat=GROUP, **number))
    message.refresh_from_db()
    assert message.state == "read"


def test_nobody_gets_anothers_conversation_when_a_commit_failed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite gives ids of rows that were rolled back again: a remembered one would be somebody else's."""
    processor, failures = Processor(), [IntegrityError("at commit")]
    mark_done = claims.mark_done

    def failing(ids: Collection[int]) -> None:
        if failures:
            raise failures.pop()
        mark_done(ids)

    monkeypatch.setattr(claims, "mark_done", failing)
    make.store(cast.channel, make.text_event("a", chat="5521987650001"))
    with pytest.raises(IntegrityError):
        processor.drain()
    RawEvent.objects.update(due_ms=now_millis() + 600_000)
    make.store(cast.channel, make.text_event("b", chat="5521987650002"))
    processor.drain()
    RawEvent.objects.update(due_ms=0)
    processor.drain()
    found = Message.objects.values_list("content", "contact_inbox__jid")
    assert dict(found) == {"a": "5521987650001@s.whatsapp.net", "b": "5521987650002@s.whatsapp.net"}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nothing_is_parked_when_several_workers_read_the_same_events() -> None:
    cast = make_cast()
    stored = [row.pk for row in make.store(cast.channel, *(make.text_event(str(n)) for n in range(5)))]
    won = [claims.claim(stored) for _ in range(3)]
    Processor().drain()
    assert [len(ids) for ids in won] == [5, 0, 0]
    assert set(RawEvent.objects.values_list("state", "attempts")) == {(RawEvent.State.NEW, 1)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_receipt_counts_when_it_is_processed_while_the_answer_is_written() -> None:
    cast = make_cast()
    message = sending(cast)
    make.store(cast.channel, make.receipt_event([SENT], "delivered"))

    def drain() -> None:
        try:
            Processor().drain()
        finally:
            connection.close()

    thread = threading.Thread(target=drain)
    with db.write():
        outbox.record_sent(message.pk, "me", SENT, now_seconds())
        thread.start()
        time.sleep(0.5)
    thread.join(10)
    message.refresh_from_db()
    assert message.state == "delivered"
