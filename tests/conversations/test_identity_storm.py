"""Many workers at one chat, which WhatsApp names by turns by number and by LID, while the two prove to be one."""

from __future__ import annotations

import random
import threading
import time

import pytest
from django.db import connection, connections

from rookery import db
from rookery.conversations.actions import identity, identity_lock
from rookery.conversations.models import Contact, Conversation, Merge, Message
from rookery.intake.models import RawEvent
from rookery.processing import worker
from rookery.processing.batch import BatchFailed
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast, make_cast
from tests.conversations.talk import LID, NUMBER, texts

MESSAGES = 320
OWN = {"is_from_me": True, "from": "15550000001@s.whatsapp.net"}


def storm() -> list[bytes]:
    """Texts under the number, under the LID, and under both from the middle on; some of ours; a few come twice."""
    bodies = []
    for number in range(MESSAGES):
        at = f"2026-03-04T12:{number // 60:02d}:{number % 60:02d}Z"
        source = f"M{number:04d}"
        both = {"chat_lid": LID, "from_lid": LID}
        forms = [
            make.text_event(
                source, chat=NUMBER, id=source, at=at, **(both if number > MESSAGES // 2 else {})
            ),
            make.text_event(source, chat=LID, id=source, at=at),
        ]
        if number % 10 == 0:
            forms = [make.text_event(source, chat=NUMBER, id=source, at=at, **OWN)]
        bodies += forms if number % 7 == 0 else forms[number % 2 :][:1] or forms[:1]
    return bodies


@pytest.mark.postgres
def test_merge_waits_for_nobody_whom_it_keeps_waiting(transactional_db: None) -> None:
    """Two batches share the account; one has to join contacts: it begins anew, and then has the account for itself."""
    account_id = make_cast().account.pk
    shared, finish = threading.Event(), threading.Event()

    def other() -> None:
        with db.write():
            identity.do_hold_still([account_id])
            shared.set()
            finish.wait(20)
        connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    assert shared.wait(20)
    with pytest.raises(identity.MergeDue), db.write():
        identity.do_hold_still([account_id])
        identity_lock.have_alone(account_id)
    finish.set()
    with db.write():
        identity.do_hold_still([account_id])
        thread.join(20)
        assert not thread.is_alive(), "it had to be over before the account could be ours alone"
        identity_lock.have_alone(account_id)
    with db.write():
        identity.do_hold_still([account_id])
        identity_lock.have_alone(account_id)  # nobody else is there


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.parametrize("shuffled", [False, True])
def test_storm_on_one_chat_ends_in_one_conversation(
    transactional_db: None, shuffled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BATCH", 8)  # so that all of them are at it
    cast = make_cast()
    bodies = storm()
    if shuffled:
        random.Random(7).shuffle(bodies)
    make.store(cast.channel, *bodies)
    errors = run_workers(8)
    assert not errors
    assert not RawEvent.objects.exclude(state=RawEvent.State.DONE).exists()
    check(cast)


def run_workers(count: int) -> list[BaseException]:
    """Workers on connections of their own until nothing is left; what they did not survive."""
    errors: list[BaseException] = []
    start = threading.Barrier(count)

    def work() -> None:
        try:
            processor = Processor()
            start.wait(20)
            while RawEvent.objects.filter(state=RawEvent.State.NEW).exists():
                try:
                    if not processor.step():
                        time.sleep(0.01)
                except BatchFailed:
                    processor.lanes.clear()
                    connection.close()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    return errors


def check(cast: Cast) -> None:
    """One person, one unresolved conversation, every message once, in order."""
    expected = [f"M{number:04d}" for number in range(MESSAGES)]
    assert Contact.objects.filter(merged_into__isnull=True, listed=True).count() == 1
    unresolved = Conversation.objects.filter(merged_into__isnull=True).exclude(status="resolved")
    conversation = unresolved.get()
    assert texts(conversation) == expected
    assert Message.objects.exclude(direction="activity").count() == MESSAGES
    ours = len(range(0, MESSAGES, 10))
    authors = {conversation.contact_id}
    assert set(Message.objects.filter(direction="in").values_list("author_id", flat=True)) == authors
    assert Message.objects.filter(direction="out").count() == ours
    newest = Message.objects.filter(direction="out").order_by("-at").values_list("at", flat=True)[0]
    assert conversation.answered_at == newest
    assert conversation.unread_count == MESSAGES - ours
    assert Merge.objects.count() <= 2, "joined once, and told to all"
    assert not Conversation.objects.filter(account=cast.account, merged_into__isnull=False).exclude(
        merged_into=conversation
    )
