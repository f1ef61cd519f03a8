"""Raw bodies of what was erased."""

from __future__ import annotations

import json
import threading

import pytest

from rookery.conversations.actions import erasing
from rookery.conversations.models import Address, Erasure, Message
from rookery.intake import claims, searching
from rookery.intake.models import RawEvent
from rookery.ops import scrubbing
from rookery.waid import phone
from tests import make
from tests.cast import Cast
from tests.media import rows

pytestmark = pytest.mark.django_db(transaction=True)
ID = "A5F0ERASED00000000000000000000AA"
BOB = "5521999990000"


def stored(cast: Cast, source_id: str) -> Message:
    """A message of the customer, as processing stores it."""
    thread = rows.conversation(cast, phone=make.CUSTOMER)
    jid = f"{make.CUSTOMER}@s.whatsapp.net"
    Address.objects.get_or_create(
        account=cast.account,
        kind="pn",
        key=phone.key(make.CUSTOMER),
        defaults={"contact": thread.contact, "jid": jid},
    )
    return rows.message(thread, source_id, kind="text", content="my secret")


def scrub() -> int:
    return scrubbing.run(threading.Event())


def later() -> None:
    """Doubles that may still be on their way have come."""
    Erasure.objects.update(created_ms=0)
    RawEvent.objects.update(received_ms=0)


def bodies() -> list[bytes]:
    return [bytes(body) for body in RawEvent.objects.order_by("id").values_list("body", flat=True)]


def test_bodies_that_hold_a_message_go_and_others_stay(cast: Cast) -> None:
    message = make.text_event("my secret", id=ID)
    reply = make.text_event("indeed", chat=BOB, replied_to_id=ID, quoted_body="my secret")
    edit = make.body("message.edited", {"id": make.source_id(), "original_message_id": ID, "body": "x"})
    receipt = make.receipt_event(["3EB0", ID], "read")
    other = make.text_event(f"about {ID}", chat=BOB)
    stored(cast, ID)
    make.store(cast.channel, message, message, reply, edit, receipt, other)
    RawEvent.objects.update(state=RawEvent.State.DONE)
    erasing.do_erase_message(Message.objects.get(source_id=ID).pk, cast.admin)
    assert scrub() == 5
    assert bodies() == [other]
    assert scrubbing.wanted()  # a double may be on its way
    make.store(cast.channel, message)
    RawEvent.objects.update(state=RawEvent.State.DONE)
    assert scrub() == 1
    later()
    scrub()
    assert not scrubbing.wanted()


def test_event_that_waits_is_processed_first(cast: Cast) -> None:
    make.store(cast.channel, make.text_event("my secret", id=ID))
    stored(cast, ID)
    RawEvent.objects.update(state=RawEvent.State.DONE)
    erasing.do_erase_message(Message.objects.get(source_id=ID).pk, cast.admin)
    double = make.text_event("my secret", id=ID, from_name="Bia")
    make.store(cast.channel, double)
    later()
    assert scrub() == 1
    assert bodies() == [double]
    assert scrubbing.wanted()
    RawEvent.objects.update(state=RawEvent.State.DONE)
    assert scrub() == 1
    assert not scrubbing.wanted()


def test_parked_event_of_an_erased_person_goes_and_stays_a_double(cast: Cast) -> None:
    thread = stored(cast, ID).conversation
    parked = make.text_event("never understood")
    (row,) = make.store(cast.channel, parked)
    claims.park(row.pk, "test")
    bobs = make.text_event("not theirs", chat=BOB)
    (row,) = make.store(cast.channel, bobs)
    claims.park(row.pk, "test")
    erasing.do_erase_contact(thread.contact_id, cast.admin)
    later()
    scrub()
    assert bodies() == [bobs]
    assert claims.seen(cast.channel.pk, [claims.digest_of(parked)]) == set()
    assert not Erasure.objects.exists()


def test_events_of_another_account_are_not_searched(cast: Cast) -> None:
    stored(cast, ID)
    make.store(cast.channel, make.text_event("hello", id=ID))
    RawEvent.objects.update(channel_id=cast.channel.pk + 1000, state=RawEvent.State.DONE)
    erasing.do_erase_message(Message.objects.get().pk, cast.admin)
    assert scrub() == 0


@pytest.mark.parametrize(
    ("payload", "needle", "expected"),
    [
        ({"from": "5521987650000:4@s.whatsapp.net in 5521987650000@s.whatsapp.net"}, "5521987650000", True),
        ({"payload": {"chat_lid": "98765432101234@lid"}}, "98765432101234", True),
        ({"payload": {"jids": ["1@lid", "98765432101234@lid"]}}, "98765432101234", True),
        ({"message": {"replied_id": ID}}, ID, True),
        ({"body": ID}, ID, False),
        ({"event": "message.deleted"}, "message.deleted", False),
        ({"session_id": "loja-centro", "device_id": "loja-centro"}, "loja-centro", False),
        ({"id": 7, "from": None}, "98765432101234", False),
    ],
)
def test_names_are_found_where_they_name_something(payload: object, needle: str, expected: bool) -> None:
    assert searching.speaks_of(json.dumps(payload).encode(), [needle]) is expected


def test_what_is_no_json_speaks_of_what_stands_in_it() -> None:
    assert searching.speaks_of(b"{ 98765432101234", ["98765432101234"])
    assert searching.speaks_of(b'{"a":' * 100_000 + b"98765432101234", ["98765432101234"])
    assert not searching.speaks_of(b"{", ["98765432101234"])
