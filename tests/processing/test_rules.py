"""Which chats an inbox takes in, and what becomes of an event of the others."""

from __future__ import annotations

from typing import Any

import pytest

from rookery.conversations.models import Contact, Inbox, Message, PendingChange
from rookery.intake import claims
from rookery.intake.models import RawEvent, SeenEvent
from rookery.processing import rules
from rookery.processing.worker import Processor
from rookery.telemetry import metrics
from tests import make
from tests.cast import Cast
from tests.convergence.people import BIA, CAIO, FAMILY, IVO, START, TEAM, common, ours

NEWS = "120363111222333444@newsletter"


def process(cast: Cast, *bodies: bytes) -> None:
    make.store(cast.channel, *bodies)
    Processor().drain()


def say(id: str, group: str = "", **more: Any) -> bytes:
    return make.body("message", common(CAIO, "pn", 0, id, group=group, **{"body": "hi", **more}))


def stored() -> set[str | None]:
    return set(Message.objects.values_list("source_id", flat=True))


def rule(**parts: Any) -> None:
    Inbox.objects.update(settings={"rules": parts})


def left_out(name: str) -> float:
    return float(metrics.events_left_out.labels(rule=name)._value.get())


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ({}, {"A", "B", "C"}),
        ({"groups": "none"}, {"C"}),
        ({"groups": "list", "group_list": [FAMILY.partition("@")[0]]}, {"B", "C"}),
        ({"ignored": [CAIO.jids("pn")[0]]}, set()),
        ({"ignored": ["@g.us"]}, {"C"}),
        ({"ignored": ["5511940001111@s.whatsapp.net"]}, {"A", "B", "C"}),
    ],
)
def test_chats_that_the_rules_leave_out_leave_nothing(
    cast: Cast, parts: dict[str, Any], kept: set[str]
) -> None:
    rule(**parts)
    process(cast, say("A", TEAM), say("B", FAMILY), say("C"))
    assert stored() == kept
    assert not RawEvent.objects.exclude(state=RawEvent.State.DONE).exists()
    if not kept:
        assert not Contact.objects.exists()


def test_what_is_left_out_is_counted(cast: Cast) -> None:
    rule(groups="none")
    before = left_out("groups")
    reaction = common(CAIO, "pn", 1, "R", group=TEAM, reaction="👍", reacted_message_id="A")
    process(cast, say("A", TEAM), make.body("message.reaction", reaction))
    assert left_out("groups") == before + 2
    assert not PendingChange.objects.exists()


@pytest.mark.parametrize("text", ["@15550000001 are you there?", "ask @55500000000001"])
def test_group_is_heard_when_it_mentions_us(cast: Cast, text: str) -> None:
    rule(groups="mentioned")
    cast.channel.own_lid = "55500000000001@lid"
    cast.channel.save()
    process(
        cast, say("A", TEAM), say("B", TEAM, body=text), say("C"), say("D", TEAM, body="@155500000019 hi")
    )
    assert stored() == {"B", "C"}


def test_group_is_heard_when_it_answers_us(cast: Cast) -> None:
    rule(groups="mentioned")
    process(cast, make.body("message", ours(TEAM, "", 0, "OURS", body="hello all")))
    process(cast, say("A", TEAM, replied_to_id="OURS"), say("B", TEAM, replied_to_id="OTHER"))
    assert stored() == {"OURS", "A"}


def test_newsletter_is_left_out_unless_wanted(cast: Cast) -> None:
    post = {
        "id": "P",
        "chat_id": NEWS,
        "from": NEWS,
        "timestamp": make.NOON,
        "is_from_me": False,
        "body": "news",
    }
    process(cast, make.body("message", post))
    assert stored() == set()
    rule(newsletters=True)
    process(cast, make.body("message", {**post, "id": "Q"}))
    assert stored() == {"Q"}


def test_ignored_number_is_known_in_every_spelling() -> None:
    from rookery.conversations.incoming import ChatRules
    from rookery.providers.whatsapp_web import WhatsAppWeb

    (event,) = WhatsAppWeb.parse(make.text_event("hi", chat="552187650000"))
    assert rules.left_out(ChatRules(ignored=("5521987650000@s.whatsapp.net",)), event) == "ignored"
    assert rules.left_out(ChatRules(ignored=(IVO.jids("pn")[0],)), event) == ""


def test_what_nobody_understands_may_be_replayed_after_an_upgrade(cast: Cast) -> None:
    novelty = make.body("novelty", {"what": "ever"}, timestamp="2026-03-04T12:00:00Z")
    process(cast, novelty, say("A"))
    assert SeenEvent.objects.count() == 1  # the message's alone
    process(cast, novelty)
    assert SeenEvent.objects.count() == 1
    assert claims.digest_of(novelty) not in {bytes(row.digest) for row in SeenEvent.objects.all()}


def test_replayed_event_is_processed_by_the_parser_of_today(cast: Cast) -> None:
    process(cast, say("A"))
    Message.objects.update(kind="unsupported", unsupported="message.novelty", content="")
    event = RawEvent.objects.get()
    assert claims.replay_done(event.pk)
    assert not claims.replay_done(event.pk)
    Processor().drain()
    message = Message.objects.get()
    assert (message.kind, message.content) == ("text", "hi")
    assert RawEvent.objects.get().state == RawEvent.State.DONE


def test_names_of_one_person_are_learnt_from_every_event(cast: Cast) -> None:
    lid = BIA.jids("lid")[0]
    calls = {"call_id": "C", "from": BIA.jids("pn")[0], "from_lid": lid, "auto_rejected": True}
    process(cast, make.body("call.offer", calls, timestamp="2026-03-04T12:00:05Z"))
    process(cast, make.text_event("by lid", chat=lid))
    assert Contact.objects.count() == 1
    assert Message.objects.get(kind="text").at == START
