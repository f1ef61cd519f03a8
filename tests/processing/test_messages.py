"""From a stored delivery to what an agent sees."""

from __future__ import annotations

from typing import Any

import pytest

from rookery.conversations.actions import names
from rookery.conversations.models import Attachment, Contact, Conversation, Inbox, Message, PendingChange
from rookery.intake.models import RawEvent
from rookery.journal.models import Fact
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast


def process(cast: Cast, *bodies: bytes) -> None:
    make.store(cast.channel, *bodies)
    Processor().drain()


def contents() -> list[str]:
    return list(Message.objects.order_by("at", "tie").values_list("content", flat=True))


def test_text_becomes_a_message_when_a_stranger_writes(cast: Cast) -> None:
    process(cast, make.text_event("Olá 👋", from_name="Bia"))
    message = Message.objects.get()
    conversation = message.conversation
    assert (message.content, message.direction, message.state) == ("Olá 👋", "in", "received")
    assert (conversation.status, conversation.unread_count, conversation.display_id) == ("open", 1, 1)
    assert conversation.last_message_id == message.pk
    assert (conversation.contact.name, conversation.contact.phone) == ("Bia", "+5521987650000")
    assert conversation.contact.listed
    assert RawEvent.objects.get().state == RawEvent.State.DONE
    assert message.raw_event_id == RawEvent.objects.get().pk


def test_delivery_changes_nothing_when_it_comes_again(cast: Cast) -> None:
    once = make.text_event("once")
    process(cast, once, once)
    process(cast, once)
    assert Message.objects.count() == 1
    assert Conversation.objects.get().unread_count == 1
    assert set(RawEvent.objects.values_list("state", flat=True)) == {RawEvent.State.DONE}


def test_same_message_in_other_bytes_is_one_when_two_slots_deliver_it(cast: Cast) -> None:
    process(cast, make.text_event("hi", id="ONE"), make.text_event("hi", id="ONE", from_name="Bia"))
    assert Message.objects.count() == 1


def test_order_is_whatsapps_when_arrival_is_not(cast: Cast) -> None:
    second, first, third = (
        make.text_event(text, at=f"2026-03-04T12:00:0{second}Z")
        for text, second in (("b", 2), ("a", 1), ("c", 3))
    )
    process(cast, second)
    process(cast, third, first)
    assert contents() == ["a", "b", "c"]
    assert Message.objects.get(content="c").pk == Conversation.objects.get().last_message_id


def test_same_second_is_ordered_by_source_id(cast: Cast) -> None:
    process(cast, make.text_event("late", id="B2"), make.text_event("early", id="A1"))
    assert contents() == ["early", "late"]


@pytest.mark.parametrize("at", ["1999-01-01T00:00:00Z", "2126-01-01T00:00:00Z", "yesterday"])
def test_absurd_time_is_replaced_by_the_time_of_receipt(cast: Cast, at: str) -> None:
    process(cast, make.text_event("when?", at=at))
    message = Message.objects.get()
    assert message.at_replaced
    assert message.at == RawEvent.objects.get().received_ms // 1000


def test_ninth_digit_makes_no_second_contact(cast: Cast) -> None:
    process(
        cast, make.text_event("with", chat="5521987650000"), make.text_event("without", chat="552187650000")
    )
    assert Contact.objects.count() == 1
    assert Conversation.objects.count() == 1


def test_lid_and_number_are_one_contact_when_one_event_names_both(cast: Cast) -> None:
    lid = "98765432101234@lid"
    process(cast, make.text_event("by lid", chat=lid))
    process(cast, make.text_event("both", chat_lid=lid, from_lid=lid))
    process(cast, make.text_event("by lid again", chat=lid))
    contact = Contact.objects.get()
    assert contact.phone == "+5521987650000"
    assert Conversation.objects.get().unread_count == 3
    assert Conversation.objects.get().contact_inbox.jid == "5521987650000@s.whatsapp.net"


def test_typed_on_the_phone_is_outgoing_to_the_chat(cast: Cast) -> None:
    own: dict[str, Any] = {
        "is_from_me": True,
        "from": "15550000001@s.whatsapp.net",
        "from_name": "Café Rookery",
    }
    process(cast, make.text_event("from the phone", **own))
    message = Message.objects.get()
    assert (message.direction, message.via, message.state, message.author_id) == (
        "out",
        "phone",
        "sent",
        None,
    )
    conversation = Conversation.objects.get()
    assert (conversation.unread_count, conversation.contact.phone, conversation.contact.name) == (
        0,
        "+5521987650000",
        "",
    )


def test_group_message_names_its_author(cast: Cast) -> None:
    group = "120363041234567890@g.us"
    process(
        cast,
        make.text_event("hi all", chat=group, **{"from": "5521987650000@s.whatsapp.net", "from_name": "Bia"}),
    )
    message = Message.objects.get()
    assert message.conversation.contact.kind == "group"
    assert message.author is not None
    assert (message.author.name, message.author.listed) == ("Bia", False)


def test_newer_push_name_wins_whatever_came_last(cast: Cast) -> None:
    process(cast, make.text_event("2", at="2026-03-04T12:00:02Z", from_name="New"))
    process(cast, make.text_event("1", at="2026-03-04T12:00:01Z", from_name="Old"))
    assert Contact.objects.get().name == "New"


def test_agents_name_stays_when_a_push_name_comes(cast: Cast) -> None:
    process(cast, make.text_event("1", from_name="Bia"))
    names.do_set_agent_name(Contact.objects.get(), "Beatriz Nunes")
    process(cast, make.text_event("2", at="2026-03-04T12:01:00Z", from_name="Bibi"))
    contact = Contact.objects.get()
    assert (contact.name, contact.push_name) == ("Beatriz Nunes", "Bibi")


def test_media_waits_to_be_fetched_while_the_message_shows(cast: Cast) -> None:
    path = "statics/media/1-x.ogg; codecs=opus"
    event = make.body("message", {"id": "V1", "chat_id": "5521987650000@s.whatsapp.net", "from": "5521987650000@s.whatsapp.net",
                                  "timestamp": make.NOON, "is_from_me": False, "audio": path})  # fmt: skip
    process(cast, event)
    attachment = Attachment.objects.get()
    assert (attachment.kind, attachment.path, attachment.state) == ("audio", path, "wanted")
    assert attachment.message.kind == "audio"


def test_reply_finds_what_it_quotes_also_when_that_comes_later(cast: Cast) -> None:
    from rookery.conversations import queries

    process(
        cast,
        make.text_event("answer", replied_to_id="Q1", quoted_body="question?", at="2026-03-04T12:00:05Z"),
    )
    process(cast, make.text_event("question?", id="Q1"))
    shown = queries.list_messages(Conversation.objects.get())
    assert [message.content for message in shown] == ["question?", "answer"]
    assert shown[1].quoted == shown[0]  # type: ignore[attr-defined]


def test_unsupported_kind_is_shown_and_linked(cast: Cast) -> None:
    payload = {"id": "L1", "chat_id": "5521987650000@s.whatsapp.net", "from": "5521987650000@s.whatsapp.net",
               "timestamp": make.NOON, "is_from_me": False}  # fmt: skip
    process(cast, make.body("message.novelty", payload))
    message = Message.objects.get()
    assert (message.kind, message.unsupported) == ("unsupported", "message.novelty")
    assert message.raw_event_id == RawEvent.objects.get().pk


@pytest.mark.parametrize("raw", [b"not json", b"[]", b'"x"', b"\xff\xfe", b"{"])
def test_signed_nonsense_is_parked(cast: Cast, raw: bytes) -> None:
    process(cast, raw, make.text_event("still works"))
    parked = RawEvent.objects.get(state=RawEvent.State.PARKED)
    assert bytes(parked.body) == raw
    assert contents() == ["still works"]


def test_nul_surrogates_and_huge_numbers_are_harmless(cast: Cast) -> None:
    raw = (
        make.text_event("x", from_name="y")
        .replace(b'"x"', b'"a\\u0000b\\ud800c"')
        .replace(b'"y"', b'"n\\u0000"')
    )
    process(
        cast, raw.replace(b'"is_from_me":false', b'"is_from_me":false,"n":123456789012345678901234567890')
    )
    content = Message.objects.get().content
    assert "\x00" not in content
    assert content.startswith("a")
    content.encode()


@pytest.mark.parametrize(
    ("policy", "statuses", "count"),
    [
        ("reopen", ["open"], 1),
        ("one_thread", ["open"], 1),
        ("pending", ["pending"], 1),
        ("new", ["resolved", "open"], 2),
    ],
)
def test_message_to_a_resolved_conversation_follows_the_inbox(
    cast: Cast, policy: str, statuses: list[str], count: int
) -> None:
    Inbox.objects.update(after_resolved=policy)
    process(cast, make.text_event("1"))
    Conversation.objects.update(status="resolved", resolved_at=1772625700)
    process(cast, make.text_event("2", at="2026-03-04T15:00:00Z"))
    assert list(Conversation.objects.order_by("pk").values_list("status", flat=True)) == statuses
    assert Conversation.objects.count() == count


def test_phone_typed_message_never_reopens(cast: Cast) -> None:
    process(cast, make.text_event("1"))
    Conversation.objects.update(status="resolved", resolved_at=1772625700)
    own: dict[str, Any] = {"is_from_me": True, "from": "15550000001@s.whatsapp.net"}
    process(cast, make.text_event("2", at="2026-03-04T15:00:00Z", **own))
    assert Conversation.objects.get().status == "resolved"
    assert Message.objects.count() == 2


def test_double_of_an_old_message_does_not_reopen(cast: Cast) -> None:
    process(cast, make.text_event("1", id="ONE"))
    Conversation.objects.update(status="resolved", resolved_at=1772625700)
    process(cast, make.text_event("1", id="ONE", from_name="Bia"))
    assert Conversation.objects.get().status == "resolved"


def test_old_message_does_not_ring_and_a_new_one_does(cast: Cast) -> None:
    from datetime import UTC, datetime

    process(cast, make.text_event("old"))
    process(cast, make.text_event("new", at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
    rings = [fact.data["ring"] for fact in Fact.objects.filter(kind="message.created").order_by("id")]
    assert rings == [False, True]


def test_poison_steps_aside_and_is_parked_after_three_tries(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rookery.processing import handlers

    real = handlers.apply

    def poisoned(plan: handlers.Plan, *rest: object) -> int:
        if any(getattr(change, "content", "") == "poison" for change in plan.changes):
            raise RuntimeError("bad luck")
        return real(plan, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(handlers, "apply", poisoned)
    make.store(cast.channel, make.text_event("poison"), make.text_event("fine"))
    processor = Processor()
    for _ in range(6):
        RawEvent.objects.update(due_ms=0)
        processor.drain()
    assert contents() == ["fine"]
    assert RawEvent.objects.get(state=RawEvent.State.PARKED).error == "RuntimeError"


def test_waiting_receipt_is_kept_for_an_unknown_message(cast: Cast) -> None:
    process(cast, make.receipt_event(["3EB0UNKNOWN"], "delivered"))
    assert PendingChange.objects.get().source_id == "3EB0UNKNOWN"


def test_late_message_of_a_customer_is_never_filed_where_nobody_looks(cast: Cast) -> None:
    Inbox.objects.update(after_resolved="new")
    process(cast, make.text_event("1", at="2026-03-04T12:00:00Z"))
    Conversation.objects.update(status="resolved", resolved_at=1772629200)
    process(cast, make.text_event("3", at="2026-03-04T15:00:00Z"))
    process(cast, make.text_event("2, late", at="2026-03-04T12:30:00Z"))
    unresolved = Conversation.objects.get(status="open")
    assert unresolved.unread_count == 2
    assert Message.objects.get(content="2, late").conversation == unresolved


def test_event_at_which_the_database_fails_steps_aside(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from rookery.processing import handlers
    from rookery.processing.batch import BatchFailed

    real = handlers.apply

    def failing(plan: handlers.Plan, *rest: object) -> int:
        if any(getattr(change, "content", "") == "poison" for change in plan.changes):
            raise OperationalError("statement timeout")
        return real(plan, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(handlers, "apply", failing)
    make.store(cast.channel, *(make.text_event(f"fine {n}") for n in range(20)), make.text_event("poison"))
    processor = Processor()
    for _ in range(40):
        RawEvent.objects.filter(state=RawEvent.State.NEW).update(due_ms=0)
        try:
            processor.drain()
        except BatchFailed:
            continue
    assert len(contents()) == 20
    assert RawEvent.objects.get(state=RawEvent.State.PARKED).error == "never_finished"
