"""What a message leaves behind: its kind's details, where it lands, whether it is unread, and what may come of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rookery import db
from rookery.conversations.actions import attention, inbound
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import IncomingMessage, Place
from rookery.conversations.models import ChannelLabel, ChatLabel, Contact, Conversation, GroupMember, Message
from rookery.conversations.store import tombstones
from rookery.journal.models import Fact
from rookery.processing import translate
from rookery.processing.places import load_place
from rookery.processing.worker import Processor
from rookery.waid import Jid
from tests import make
from tests.cast import Cast
from tests.convergence.people import BIA, CAIO, FABI, OWN, START, TEAM, at, common, ours, receipt

CHAT = (translate.alias_of(Jid.parse(BIA.jids("pn")[0])),)


def process(cast: Cast, *bodies: bytes) -> None:
    make.store(cast.channel, *bodies)
    Processor().drain()


def place(cast: Cast) -> Place:
    found = load_place(cast.channel.pk)
    assert found is not None
    return found[0]


def receive(cast: Cast, id: str, second: int = 0, **more: Any) -> None:
    message = IncomingMessage(id, False, False, CHAT, CHAT, START + second, "text", f"text {id}", **more)
    with db.write():
        inbound.do_receive_message(place(cast), message, ContactCache())


def call(who: Any = BIA, second: int = 5, **more: Any) -> bytes:
    sender, lid = who.jids(who.forms[-1])
    payload = {
        "call_id": "C1",
        "from": sender,
        "auto_rejected": False,
        **({"from_lid": lid} if lid else {}),
        **more,
    }
    return make.body("call.offer", payload, timestamp=at(second))


def test_location_keeps_its_place(cast: Cast) -> None:
    content: dict[str, Any] = {
        "location": {"degreesLatitude": -22.95, "degreesLongitude": -43.21, "name": "Cristo"}
    }
    process(cast, make.body("message", common(BIA, "pn", 0, "M", **content)))
    message = Message.objects.get()
    assert message.kind == "location"
    assert (message.details["lat"], message.details["name"]) == (-22.95, "Cristo")


def test_first_advertisement_is_kept_on_the_conversation_whatever_came_first(cast: Cast) -> None:
    for second, title in ((9, "late"), (1, "early"), (5, "between")):
        payload = common(BIA, "pn", second, f"M{second}", body="hi", referral={"ad_title": title})
        process(cast, make.body("message", payload))
    assert Conversation.objects.get().additional_attributes["referral"]["ad_title"] == "early"
    assert Message.objects.get(source_id="M9").details["referral"]["ad_title"] == "late"


def test_archive_is_read_silent_and_resolved(cast: Cast) -> None:
    receive(cast, "OLD", -500, origin="archive")
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.unread_count, conversation.waiting_since) == (
        "resolved",
        0,
        None,
    )
    assert Message.objects.get().archived
    assert not Fact.objects.get(kind="message.created").data["ring"]


@pytest.mark.parametrize("old_first", [True, False])
def test_old_and_new_messages_share_one_open_conversation(cast: Cast, old_first: bool) -> None:
    steps: list[Callable[[], object]] = [
        lambda: receive(cast, "OLD", -500, origin="archive"),
        lambda: receive(cast, "NEW", 5),
    ]
    for step in steps if old_first else reversed(steps):
        step()
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.unread_count, conversation.opened_at) == (
        "open",
        1,
        START - 500,
    )


def test_gap_is_unread_reopens_and_says_so_once(cast: Cast) -> None:
    receive(cast, "A")
    attention.do_mark_seen(Conversation.objects.get(), by=cast.agent)
    Conversation.objects.update(status="resolved", resolved_at=START + 100)
    Fact.objects.all().delete()
    for second in (10, 11, 12):
        receive(cast, f"G{second}", second, origin="gap")
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.unread_count) == ("open", 3)
    data = [fact.data for fact in Fact.objects.filter(kind="message.created").order_by("pk")]
    assert [(one["ring"], one["notice"]) for one in data] == [(False, True), (False, False), (False, False)]


def test_late_message_is_unread_although_an_agent_read_what_is_newer(cast: Cast) -> None:
    receive(cast, "NEW", 60)
    attention.do_mark_seen(Conversation.objects.get(), by=cast.agent)
    receive(cast, "LATE", 30)
    assert Conversation.objects.get().unread_count == 2  # from the late one on


def test_late_message_is_read_when_the_phone_read_what_is_newer(cast: Cast) -> None:
    chat = BIA.jids("pn")[0]
    process(cast, receipt(["NEW"], "read", (OWN, ""), 70, chat))
    receive(cast, "NEW", 60)
    receive(cast, "LATE", 30)
    assert Conversation.objects.get().unread_count == 0


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_somebody_waits_since_the_first_message_after_our_newest_answer(
    cast: Cast, order: tuple[int, ...]
) -> None:
    answer = make.body("message", ours(BIA, "pn", 10, "OURS", body="answer"))
    steps: list[Callable[[], object]] = [
        lambda: receive(cast, "A", 5),
        lambda: process(cast, answer),
        lambda: receive(cast, "B", 20),
    ]
    for position in order:
        steps[position]()
    receive(cast, "C", 30)
    conversation = Conversation.objects.get()
    assert (conversation.waiting_since, conversation.answered_at) == (START + 20, START + 10)


def test_answer_by_button_gets_its_text_and_an_earlier_edit_stays(cast: Cast) -> None:
    process(cast, make.body("message", common(BIA, "pn", 0, "M")))
    message = Message.objects.get()
    assert (message.kind, message.unsupported) == ("unsupported", "empty")
    assert inbound.do_enrich(message.pk, "Yes, please")
    message.refresh_from_db()
    assert (message.kind, message.content, message.details) == ("text", "Yes, please", {"answer": True})
    assert not inbound.do_enrich(message.pk, "again")


def test_erased_message_does_not_come_back(cast: Cast) -> None:
    with db.write():
        tombstones.put(cast.channel.pk, [(CHAT[0].kind, CHAT[0].key)], ["M"])
    receive(cast, "M")
    receive(cast, "N", 1)
    assert [message.source_id for message in Message.objects.all()] == ["N"]


def test_replay_after_an_upgrade_shows_what_was_not_understood(cast: Cast) -> None:
    receive(cast, "M")
    Message.objects.update(kind="unsupported", unsupported="message.novelty", content="")
    receive(cast, "M")
    message = Message.objects.get()
    assert (message.kind, message.unsupported, message.content) == ("text", "", "text M")
    assert Conversation.objects.get().unread_count == 1


def test_old_message_that_turns_out_to_be_new_is_unread(cast: Cast) -> None:
    receive(cast, "M", origin="archive")
    receive(cast, "M")
    assert not Message.objects.get().archived
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.unread_count) == ("open", 1)


def test_call_is_unread_and_rings_nowhere(cast: Cast) -> None:
    process(cast, call(), call(second=6))
    message = Message.objects.get()
    assert (message.kind, message.source_id, message.details) == (
        "call", "call:C1", {"auto_rejected": False, "group": False},
    )  # fmt: skip
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.unread_count, conversation.waiting_since) == (
        "open",
        1,
        START + 5,
    )
    assert not Fact.objects.get(kind="message.created").data["ring"]


def test_call_never_reopens(cast: Cast) -> None:
    receive(cast, "M")
    Conversation.objects.update(status="resolved", resolved_at=START + 2)
    process(cast, call())
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.unread_count) == ("resolved", 2)


def test_call_in_a_group_names_who_calls(cast: Cast) -> None:
    process(cast, call(CAIO, group_jid=TEAM))
    message = Message.objects.get()
    assert message.conversation.contact.kind == "group"
    assert message.author is not None
    assert message.author.phone == "+5511940009999"


def life(change: str, *people: Any, second: int = 5) -> bytes:
    payload = {"chat_id": TEAM, "type": change, "jids": [one.jids(one.forms[-1])[0] for one in people]}
    return make.body("group.participants", payload, timestamp=at(second))


def test_group_life_is_shown_once_and_is_not_unread(cast: Cast) -> None:
    process(cast, make.body("message", common(CAIO, "pn", 0, "M", group=TEAM, body="hi")))
    process(cast, life("join", BIA, FABI), life("join", FABI, BIA))
    line = Message.objects.get(direction="activity")
    people = {Contact.objects.get(addresses__key=key).pk for key in ("552187650000", FABI.lid)}
    assert (line.kind, line.details["change"], set(line.details["people"])) == (
        "group_change",
        "join",
        people,
    )
    conversation = Conversation.objects.get()
    assert (conversation.unread_count, conversation.last_activity_at) == (1, START)
    assert conversation.last_message_id == Message.objects.get(direction="in").pk


def test_group_nobody_wrote_in_gets_its_lines_with_its_conversation(cast: Cast) -> None:
    process(cast, life("join", BIA, second=2))
    assert not Conversation.objects.exists()
    process(cast, make.body("message", common(CAIO, "pn", 9, "M", group=TEAM, body="hi")))
    assert [message.kind for message in Message.objects.order_by("at")] == ["group_change", "text"]


def test_group_life_does_not_reopen(cast: Cast) -> None:
    process(cast, make.body("message", common(CAIO, "pn", 0, "M", group=TEAM, body="hi")))
    Conversation.objects.update(status="resolved", resolved_at=START + 2)
    process(cast, life("join", BIA))
    assert Conversation.objects.get().status == "resolved"
    assert Message.objects.filter(direction="activity").count() == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_newest_word_on_a_member_wins(cast: Cast, order: tuple[int, ...]) -> None:
    events = [life("promote", CAIO, second=1), life("leave", CAIO, second=2)]
    process(cast, *(events[position] for position in order))
    member = GroupMember.objects.get()
    assert (member.present, member.role) == (False, "member")


def test_own_number_joining_names_the_group(cast: Cast) -> None:
    joined = {
        "chat_id": TEAM,
        "type": "join",
        "jids": [OWN],
        "reason": "invite",
        "group_name": "Fornecedores",
    }
    process(cast, make.body("group.joined", joined, timestamp=at(3)))
    assert Contact.objects.get(kind="group").name == "Fornecedores"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_each_part_of_a_label_is_the_newest_said(cast: Cast, order: tuple[int, ...]) -> None:
    parts: list[tuple[dict[str, Any], int]] = [
        ({"name": "VIP", "color": 1}, 1),
        ({"name": "V.I.P."}, 2),
        ({"color": 7}, 3),
    ]
    events = [
        make.body("label.edit", {"label_id": "4", **part}, timestamp=at(second)) for part, second in parts
    ]
    process(cast, *(events[position] for position in order))
    label = ChannelLabel.objects.get()
    assert (label.name, label.color, label.at) == ("V.I.P.", 7, START + 3)


def test_label_on_a_chat_is_the_newest_said(cast: Cast) -> None:
    def put(labeled: bool, second: int) -> bytes:
        payload = {"label_id": "4", "labeled": labeled, "chat_id": BIA.jids("pn")[0]}
        return make.body("label.association", payload, timestamp=at(second))

    process(cast, put(False, 3), put(True, 1))
    assert not ChatLabel.objects.get().labeled
