"""Receipts move forward, are checked, and may come before what they are about."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from rookery import db
from rookery.conversations.actions.receipts import apply_waiting_receipts
from rookery.conversations.models import Conversation, Message, PendingChange, Receipt
from rookery.processing.worker import Processor
from rookery.telemetry import metrics
from tests import make
from tests.cast import Cast

OWN: dict[str, Any] = {"is_from_me": True, "from": "15550000001@s.whatsapp.net"}
LID = "98765432101234@lid"


def process(cast: Cast, *bodies: bytes) -> None:
    make.store(cast.channel, *bodies)
    Processor().drain()


def refused(kind: str) -> float:
    return float(metrics.claims_refused.labels(kind=kind)._value.get())


def ours(cast: Cast, id: str = "3EB0OURS", **more: str) -> Message:
    process(cast, make.text_event("ours", id=id, **OWN, **more))
    return Message.objects.get(source_id=id)


@pytest.mark.parametrize("order", list(permutations(["sent", "delivered", "read"])))
def test_state_is_the_farthest_whatever_the_order(cast: Cast, order: tuple[str, ...]) -> None:
    times = {"delivered": "2026-03-04T12:00:01Z", "read": "2026-03-04T12:00:02Z"}
    for step in order:
        if step == "sent":
            ours(cast)
        else:
            process(cast, make.receipt_event(["3EB0OURS"], step, at=times[step]))
    message = Message.objects.get()
    assert (message.state, message.rank) == ("read", 3)
    assert (message.delivered_at, message.read_at) == (1772625601, 1772625602)
    assert not PendingChange.objects.exists()


def test_receipt_by_lid_counts_when_the_lid_is_the_contacts(cast: Cast) -> None:
    process(cast, make.text_event("hi", chat_lid=LID, from_lid=LID))
    message = ours(cast)
    process(cast, make.receipt_event([message.source_id or ""], "read", by=LID, chat=LID))
    message.refresh_from_db()
    assert message.state == "read"


def test_receipt_by_unknown_lid_waits_until_the_lid_is_explained(cast: Cast) -> None:
    message = ours(cast)
    process(cast, make.receipt_event([message.source_id or ""], "read", by=LID, chat=LID))
    message.refresh_from_db()
    assert message.state == "sent"
    process(cast, make.text_event("it is me", chat_lid=LID, from_lid=LID))
    message.refresh_from_db()
    assert message.state == "read"
    assert not PendingChange.objects.exists()


@pytest.mark.django_db(transaction=True)  # counted once it is committed
def test_strangers_receipt_changes_nothing_and_is_kept_and_counted(cast: Cast) -> None:
    process(cast, make.text_event("I am someone else", chat="5511940009999"))
    message = ours(cast)
    before = refused("receipt")
    process(cast, make.receipt_event([message.source_id or ""], "read", by="5511940009999"))
    message.refresh_from_db()
    assert message.state == "sent"
    assert PendingChange.objects.get().source_id == message.source_id
    assert refused("receipt") == before + 1


def test_reading_on_the_phone_clears_unread_up_to_there(cast: Cast) -> None:
    for number in range(3):
        process(cast, make.text_event(str(number), id=f"IN{number}", at=f"2026-03-04T12:00:0{number}Z"))
    process(
        cast, make.receipt_event(["IN1"], "read", by="15550000001", chat=make.CUSTOMER + "@s.whatsapp.net")
    )
    assert Conversation.objects.get().unread_count == 1


def test_own_receipt_never_moves_our_own_message(cast: Cast) -> None:
    message = ours(cast)
    process(cast, make.receipt_event([message.source_id or ""], "read", by="15550000001"))
    message.refresh_from_db()
    assert message.state == "sent"


def test_group_tick_moves_with_the_first_and_each_is_kept(cast: Cast) -> None:
    group = "120363041234567890@g.us"
    process(cast, make.text_event("a", chat=group, **{"from": "5521987650000@s.whatsapp.net"}))
    process(cast, make.text_event("b", chat=group, **{"from": "5511940009999@s.whatsapp.net"}))
    message = ours(cast, chat_id=group)
    process(cast, make.receipt_event([message.source_id or ""], "delivered", by="5521987650000", chat=group))
    process(cast, make.receipt_event([message.source_id or ""], "read", by="5511940009999", chat=group))
    message.refresh_from_db()
    assert message.state == "read"
    assert Receipt.objects.filter(message=message).count() == 2
    assert Receipt.objects.filter(message=message, read_at__isnull=False).count() == 1


def test_receipt_lifts_failed_and_uncertain(cast: Cast) -> None:
    message = ours(cast)
    Message.objects.update(state="failed", rank=0, failure_code="unknown")
    process(cast, make.receipt_event([message.source_id or ""], "delivered"))
    message.refresh_from_db()
    assert (message.state, message.failure_code) == ("delivered", "")


def test_receipt_before_the_send_returned_is_applied_when_the_id_is_known(cast: Cast) -> None:
    message = ours(cast)
    Message.objects.update(source_id=None, state="sending", rank=0)
    process(cast, make.receipt_event(["3EB0OURS"], "delivered"))
    with db.write():
        Message.objects.update(source_id="3EB0OURS", state="sent", rank=1)
        apply_waiting_receipts(cast.channel.pk, "3EB0OURS")
    message.refresh_from_db()
    assert message.state == "delivered"


def test_id_that_a_stranger_repeats_hides_nothing(cast: Cast) -> None:
    process(cast, make.text_event("mine", id="SAME", chat="5521987650000"))
    process(cast, make.text_event("copycat", id="SAME", chat="5511940009999"))
    assert Message.objects.filter(source_id="SAME").count() == 2
