"""Gateways that fail at details: backed off, rested, and no message's trouble."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from django.db import connections

from rookery.channels import states
from rookery.channels.models import DeviceState, Gateway
from rookery.conversations.models import Contact, Message
from rookery.db.fields import now_millis
from rookery.details import looking, moments, pace, schedule
from rookery.details.models import AddressBook, Look
from rookery.details.pace import Pace
from rookery.details.worker import Details
from rookery.media import errors as media_errors
from rookery.processing.worker import Processor
from rookery.providers import errors
from rookery.settings import conf
from tests import make
from tests.cast import make_number
from tests.details.stage import BIA, CAL, GROUP, Stage, of, pass_days, until

AVATAR, INFO, BOOK = "/user/avatar", "/group/info", "/user/my/contacts"
FAULTS: list[dict[str, Any]] = [
    {"mode": "slow", "seconds": 3600.0},
    {
        "mode": "status",
        "status": 500,
        "message": "runtime error: invalid memory address or nil pointer dereference",
    },
    {"mode": "reset"},
    {"mode": "status", "status": 408, "code": "CONTEXT_ERROR", "message": "Error timeout get avatar!"},
    {"mode": "garbage"},
]


def in_group(text: str, author: str) -> bytes:
    return make.text_event(text, chat=GROUP, **{"from": f"{author}@s.whatsapp.net"})


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.get("status", fault["mode"])))
def test_a_gateway_that_fails_at_pictures_costs_no_message(
    stage: Stage, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Customers' messages were lost in the gateway's own inbox when a picture could not be had."""
    monkeypatch.setattr(moments, "backoff", lambda tries: 0)
    monkeypatch.setattr(pace, "FAILURES", 1_000_000)
    monkeypatch.setattr(pace, "BURST", 1_000_000)
    for phone in (BIA, CAL):
        stage.world.add_contact(phone, phone, avatar=True)
    stage.group(BIA, CAL)
    for path in (AVATAR, INFO, BOOK):
        stage.fault(path=path, times=1_000_000, **fault)
    hangs = fault["mode"] == "slow"
    sent = [f"message {number}" for number in range(40)]
    processor = Processor()

    def deliver(texts: list[str]) -> None:
        for number, text in enumerate(texts):
            event = in_group(text, (BIA, CAL)[number % 2]) if number % 4 else make.text_event(text, chat=BIA)
            make.store(stage.cast.channel, event)
        processor.drain()
        connections.close_all()

    async def scenario(details: Details) -> None:
        stop = asyncio.Event()
        working = asyncio.create_task(details.run(stop))
        for start in range(0, len(sent), 8):
            asked = len(stage.network.asked)
            await asyncio.to_thread(deliver, sent[start : start + 8])
            if not hangs:  # it is being asked while messages flow in
                await until(lambda: len(stage.network.asked) > asked)  # noqa: B023
            elif not start:  # both places at the gateway are taken, for good
                await until(lambda: len(stage.network.asked) == pace.AT_ONCE)
        stop.set()
        await working

    stage.look(scenario, seconds=3600.0)
    assert stage.asked(AVATAR)
    assert stage.asked(INFO) or hangs
    assert sorted(Message.objects.filter(direction="in").values_list("content", flat=True)) == sorted(sent)
    assert not Contact.objects.exclude(avatar_key="").exists()


def test_a_failure_is_tried_again_ever_more_rarely(stage: Stage) -> None:
    contact = stage.chat().contact
    waits = []
    for tries in range(1, 8):
        stage.fault("status", AVATAR, status=500, message="panic")
        stage.look()
        look = of(contact)
        contact.refresh_from_db()
        assert (look.tries, contact.details_tries) == (tries, tries)
        waits.append(look.due_ms - now_millis())
        Look.objects.update(due_ms=1)
    assert waits[0] < 2 * moments.MINUTE < waits[2] < moments.HOUR < waits[4]
    assert waits[5:] == pytest.approx([moments.DAY] * 2, rel=0.11)
    stage.world.add_contact(BIA, "Bia", avatar=True)
    stage.look()
    assert (of(contact).tries, of(contact).picture) == (0, "shown")


def test_what_was_answered_is_not_asked_again_because_of_what_was_not(stage: Stage) -> None:
    stage.group(BIA)
    contact = stage.chat(GROUP).contact
    stage.fault("reset", AVATAR)
    stage.look()
    Look.objects.update(due_ms=1)
    stage.look()
    assert (stage.asked(INFO), stage.asked(AVATAR), of(contact).tries) == (1, 2, 0)


def test_a_bell_is_still_rung_after_a_failure(stage: Stage) -> None:
    stage.group(BIA)
    contact = stage.chat(GROUP).contact
    stage.look()
    Look.objects.update(info_ms=now_millis() - moments.HOUR)
    Contact.objects.filter(pk=contact.pk).update(details_due_ms=0)
    stage.fault("reset", INFO)
    stage.look()
    assert of(contact).tries == 1
    Look.objects.update(due_ms=1)
    stage.look()
    assert (stage.asked(INFO), of(contact).tries) == (3, 0)


def test_a_gateway_that_fails_rests_and_says_so_once(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(9):
        stage.chat(f"55219{number:08d}@s.whatsapp.net")
    stage.fault("status", AVATAR, status=500, message="panic", times=100)
    with caplog.at_level(logging.WARNING):
        stage.look()
    assert stage.asked(AVATAR) < 2 * pace.FAILURES
    assert [record.message for record in caplog.records] == ["a gateway gives no details: a rest"]
    assert Look.objects.filter(tries=0).count() > 3


def test_a_gateway_that_hangs_delays_no_others(stage: Stage) -> None:
    account, other = stage.cast.account, "127.0.0.1:3001"
    world = stage.add_gateway(other, "other")
    world.slots["other"].phone = "15550000008"
    world.add_contact(CAL, "Cal", avatar=True)
    gateway = Gateway.objects.create(
        account=account, url=f"http://{other}", username="admin", password="sandbox"
    )
    _channel, inbox = make_number(account, gateway, "+15550000008", "Second", "other")
    stage.fault("slow", "/", seconds=3600.0, times=1000)
    stage.chat()
    thread = stage.chat(f"{CAL}@s.whatsapp.net", inbox=inbox)

    async def scenario(details: Details) -> None:
        working = asyncio.create_task(details.drain())
        while not await details.in_rows(Contact.objects.exclude(avatar_key="").exists):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        working.cancel()

    stage.look(scenario, seconds=3600.0)
    thread.contact.refresh_from_db()
    assert thread.contact.avatar_key


def test_what_is_under_way_at_the_end_is_given_back_uncounted(stage: Stage) -> None:
    contact = stage.chat().contact
    stage.fault("slow", AVATAR, seconds=3600.0)

    async def scenario(details: Details) -> None:
        working = asyncio.create_task(details.drain())
        await until(lambda: stage.asked(AVATAR))
        assert (await details.in_rows(of, contact)).due_ms > now_millis()
        working.cancel()

    stage.look(scenario, seconds=3600.0)
    assert of(contact).due_ms <= now_millis()
    assert of(contact).tries == 0


def test_a_number_that_is_not_connected_is_asked_nothing(stage: Stage) -> None:
    stage.chat()
    states.do_note_state(stage.cast.channel, DeviceState.State.LOST)
    stage.look()
    assert stage.network.asked == []
    states.do_note_state(stage.cast.channel, DeviceState.State.CONNECTED)
    stage.look()
    assert stage.asked(AVATAR) == 1


def test_a_number_that_is_logged_out_costs_no_tries(stage: Stage) -> None:
    contact = stage.chat().contact
    stage.fault("status", AVATAR, status=401, code="AUTHENTICATION_ERROR", message="you are not logged in")
    stage.look()
    assert (of(contact).tries, of(contact).picture_ms) == (0, 0)
    assert of(contact).due_ms - now_millis() == pytest.approx(moments.NOT_CONNECTED, rel=0.15)


def test_nothing_is_asked_when_the_setting_says_so(stage: Stage) -> None:
    stage.chat()
    with conf.override(DETAILS_PER_MINUTE=0):
        stage.look()
    assert stage.network.asked == []


def test_a_contact_that_was_joined_into_another_leaves_the_queue(stage: Stage) -> None:
    kept, gone = stage.chat().contact, stage.chat(f"{CAL}@s.whatsapp.net").contact

    async def scenario(details: Details) -> None:
        await details.drain()
        await details.in_rows(Contact.objects.filter(pk=gone.pk).update, merged_into=kept)
        await details.in_rows(Look.objects.update, due_ms=1)
        await details.drain()

    stage.look(scenario)
    assert list(Look.objects.values_list("pk", flat=True)) == [kept.pk]


def test_two_workers_never_look_at_the_same(stage: Stage) -> None:
    contact = stage.chat().contact
    Look.objects.create(contact=contact, channel=stage.cast.channel)
    (mine,) = schedule.take([stage.cast.channel.pk], 5)
    assert schedule.take([stage.cast.channel.pk], 5) == []
    Look.objects.update(due_ms=now_millis())  # the lease ran out
    (theirs,) = schedule.take([stage.cast.channel.pk], 5)
    schedule.settle(mine, schedule.Outcome(5, 9, 9, 9, "none"))
    assert (of(contact).tries, of(contact).due_ms) == (0, theirs.lease_ms)


@pytest.mark.parametrize(
    ("error", "counted", "silent"),
    [
        (TimeoutError(), True, True),
        (errors.Unreachable(), True, True),
        (errors.Interrupted(), True, True),
        (errors.OutOfService(), False, True),
        (errors.Paused(), True, True),
        (errors.Rejected("rejected", detail="-"), True, False),
        (errors.ConfigProblem("config_bad_url", url="x"), False, False),
        (media_errors.NoSpace(), False, False),
        (RuntimeError("surprise"), True, False),
    ],
)
def test_what_failures_mean(error: Exception, counted: bool, silent: bool) -> None:
    wait = looking.judge(error, 1)
    assert (wait.counted, wait.silent) == (counted, silent)


def test_pace_is_a_burst_then_so_many_a_minute_and_rests_grow() -> None:
    now = [0.0]
    one = Pace(lambda: now[0])
    with conf.override(DETAILS_PER_MINUTE=6):
        for _ in range(pace.BURST):
            assert one.room > 0
            one.spend()
        assert one.room == 0
        now[0] += 10
        assert one.room == 1
        now[0] += 1000
        assert one.room == pace.AT_ONCE
        rests = [one.failed() for _ in range(pace.FAILURES)]
        assert rests == [None, None, pace.FIRST_REST]
        assert one.room == 0
        now[0] += pace.FIRST_REST
        assert one.room == 1
        assert one.failed() == 2 * pace.FIRST_REST
        now[0] += 2 * pace.FIRST_REST
        one.answered()
        assert one.room == pace.AT_ONCE


def test_saved_names_are_read_once_a_day_for_those_we_know(stage: Stage) -> None:
    ada = stage.world.add_contact(BIA, "Bia", saved_name="Bia from the market")
    stage.world.add_contact(CAL, "Cal", saved_name="Cal")
    contact = stage.chat(push_name="Bia", name="Bia", name_source="push").contact
    stage.look()
    contact.refresh_from_db()
    assert (contact.name, contact.name_source) == ("Bia from the market", "saved")
    assert not Contact.objects.filter(phone=f"+{CAL}").exists()
    ada.saved_name = ""
    stage.look()
    assert stage.asked(BOOK) == 1
    pass_days(1.2)
    stage.look()
    contact.refresh_from_db()
    assert (stage.asked(BOOK), contact.name) == (2, "Bia")


def test_an_address_book_that_cannot_be_read_is_tried_again_later(stage: Stage) -> None:
    stage.fault("garbage", BOOK)
    stage.look()
    book = AddressBook.objects.get(pk=stage.cast.channel.pk)
    assert book.tries == 1
    assert book.due_ms > now_millis()
    AddressBook.objects.update(due_ms=1)
    stage.look()
    book.refresh_from_db()
    assert book.tries == 0
