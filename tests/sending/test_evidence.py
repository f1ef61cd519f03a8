"""What settles an uncertain message, and what does not."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from rookery.conversations.actions import outgoing
from rookery.conversations.models import Contact, Message, PendingChange
from rookery.db.fields import now_millis, now_seconds
from rookery.providers.commands import Decorated, RecordRow
from rookery.sending.evidence import Trace
from rookery.waid import Jid
from tests.sending.line import Line, look_now, wait_until
from tests.sending.rows import Post, Team, make_chat, make_phone_message, state_of

pytestmark = pytest.mark.slow

UNKNOWN = "3EB0AAAAAAAAAAAAAAAAAA"


def test_record_settles_when_it_went_out_unanswered(line: Line, post: Post) -> None:
    line.fault("timeout_after")
    message = post("it did leave")
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    wait_until(lambda: state_of(message) == "sent")
    message.refresh_from_db()
    (shown,) = line.screen()
    assert message.source_id == shown["id"]
    assert message.failure_code == ""


def test_lid_chat_is_asked_too_when_the_record_keeps_it_there(line: Line, team: Team, post: Post) -> None:
    line.world.add_contact("5521987652222", "Ivo", lid="98765432101234@lid")
    chat = make_chat(team, "5521987652222", lid="98765432101234@lid")
    line.fault("timeout_after")
    message = post("hidden", to=chat)
    line.send()
    wait_until(lambda: state_of(message) == "sent")


def test_message_stays_uncertain_when_two_rows_fit(line: Line, post: Post) -> None:
    line.fault("timeout_after", times=2)
    first, second = post("ok"), post("ok")
    line.send()
    wait_until(lambda: state_of(first) == "uncertain")
    # The first stops holding the chat before anybody looked, and the second is lost as well.
    Message.objects.filter(pk=first.pk).update(due_ms=0, left_ms=now_millis() - 75_500)
    wait_until(lambda: state_of(second) == "uncertain")
    look_now(first)
    look_now(second)
    assert (state_of(first), state_of(second)) == ("uncertain", "uncertain")
    assert line.texts() == ["ok", "ok"]


def test_message_stays_uncertain_when_a_phone_typed_the_same(line: Line, post: Post) -> None:
    line.fault("timeout_before")
    message = post("ok")
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    line.world.phone_say("5521987650000", "ok")
    look_now(message)
    assert state_of(message) == "uncertain"


def test_rows_of_other_messages_are_no_evidence(line: Line, post: Post) -> None:
    known = post("ok")
    line.send()
    wait_until(lambda: state_of(known) == "sent")
    line.fault("timeout_before")
    message = post("ok")
    wait_until(lambda: state_of(message) == "uncertain")
    look_now(message)
    assert state_of(message) == "uncertain"


def test_twin_becomes_one_when_the_record_proves_it(line: Line, team: Team, post: Post) -> None:
    line.fault("timeout_after")
    message = post("twice")
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    shown = line.screen()[0]
    twin = make_phone_message(message.conversation, shown["id"], "twice", now_seconds())
    wait_until(lambda: state_of(message) == "sent")
    assert not Message.objects.filter(pk=twin.pk).exists()


def test_look_does_not_count_when_the_gateway_is_away(line: Line, post: Post) -> None:
    line.fault("timeout_after")
    message = post("later")
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    line.refuse(0.6)
    Message.objects.filter(pk=message.pk).update(due_ms=1)
    wait_until(lambda: Message.objects.get(pk=message.pk).due_ms > now_millis() + 10_000)
    assert Message.objects.get(pk=message.pk).looks == 0
    time.sleep(0.6)
    Message.objects.filter(pk=message.pk).update(due_ms=1)
    wait_until(lambda: state_of(message) == "sent")


def unconfirmed(line: Line, post: Post, text: str = "unconfirmed") -> Message:
    """A message whose gateway will never write a row, one minute later."""
    line.fault("status", status=504)
    message = post(text)
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    return message


def receipt(message: Message, source_id: str = UNKNOWN, age_ms: int = 61_000, **payload: Any) -> None:
    """A receipt for an id nobody knows; the attempt was as long ago."""
    person = ["pn", "552187650000", "5521987650000@s.whatsapp.net"]
    PendingChange.objects.create(
        channel_id=message.channel_id or 0,
        source_id=source_id,
        kind="receipt",
        at=now_seconds(),
        event_id=f"delivered:{source_id}",
        payload={"status": "delivered", "chat": [person], "sender": [person], "own": [], **payload},
        created_ms=now_millis() - age_ms,
    )
    Message.objects.filter(pk=message.pk).update(left_ms=now_millis() - age_ms - 1_000, due_ms=1)


def test_receipt_settles_when_no_row_can_exist(line: Line, post: Post) -> None:
    message = unconfirmed(line, post)
    receipt(message)
    wait_until(lambda: state_of(message) == "delivered")
    message.refresh_from_db()
    assert (message.source_id, message.rank) == (UNKNOWN, 2)


@pytest.mark.parametrize("why", ["young", "phone's id", "group", "two ids", "claimed", "stranger"])
def test_receipt_proves_nothing_when_it_may_be_anothers(line: Line, post: Post, why: str) -> None:
    message = unconfirmed(line, post)
    if why == "young":
        receipt(message, age_ms=20_000)
    elif why == "phone's id":
        receipt(message, "A5F0123456789ABCDEF0123456789ABC")
    elif why == "group":
        receipt(message, chat=[["group", "120363041234567890", "120363041234567890@g.us"]])
    elif why == "two ids":
        receipt(message)
        receipt(message, "3EB0BBBBBBBBBBBBBBBBBB")
    elif why == "claimed":
        make_phone_message(message.conversation, UNKNOWN, "by another program", now_seconds())
        receipt(message)
    else:
        receipt(
            message,
            chat=[["pn", "1555", "1555@s.whatsapp.net"]],
            sender=[["pn", "1555", "1555@s.whatsapp.net"]],
        )
    wait_until(lambda: Message.objects.get(pk=message.pk).looks >= 1)
    time.sleep(0.3)
    assert state_of(message) == "uncertain"


def test_receipt_proves_nothing_when_two_messages_are_uncertain(line: Line, post: Post) -> None:
    line.fault("status", status=504, times=2)
    first, second = post("one"), post("two")
    line.send()
    wait_until(lambda: state_of(first) == "uncertain")
    Message.objects.filter(pk=first.pk).update(left_ms=now_millis() - 76_000)
    wait_until(lambda: state_of(second) == "uncertain")
    receipt(first)
    wait_until(lambda: Message.objects.get(pk=first.pk).looks >= 1)
    time.sleep(0.3)
    assert state_of(first) == "uncertain"


def test_agent_settles_when_nothing_else_does(line: Line, post: Post) -> None:
    line.fault("timeout_before")
    message = post("lost")
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    outgoing.do_settle(Message.objects.get(pk=message.pk))
    assert state_of(message) == "sent"
    assert Contact.objects.exists()


SHAPE = Trace(Decorated("", frozenset({"hi"})), 100_000, 200_000)


def row(**changes: Any) -> RecordRow:
    facts: dict[str, Any] = {
        "id": UNKNOWN,
        "chat": Jid.parse("5521987650000@s.whatsapp.net"),
        "sender": Jid.parse("15550000001:11@s.whatsapp.net"),
        "is_ad": True,
        "content": "hi",
        "at": datetime.fromtimestamp(150, UTC),
        "from_me": True,
        "media_type": "",
        "filename": "",
    }
    return RecordRow(**(facts | changes))


def test_row_fits_when_all_of_it_agrees() -> None:
    assert SHAPE.fits(row())
    assert SHAPE.fits(row(at=datetime.fromtimestamp(100, UTC)))
    assert SHAPE.fits(row(at=datetime.fromtimestamp(200, UTC)))


@pytest.mark.parametrize(
    "changes",
    [
        {"is_ad": False},
        {"from_me": False},
        {"content": "hi "},
        {"media_type": "image"},
        {"at": None},
        {"at": datetime.fromtimestamp(98, UTC)},
        {"at": datetime.fromtimestamp(201, UTC)},
    ],
)
def test_row_does_not_fit_when_anything_differs(changes: dict[str, Any]) -> None:
    assert not SHAPE.fits(row(**changes))
