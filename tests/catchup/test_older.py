"""Above the oldest message, and history chosen when a number is linked."""

from __future__ import annotations

import pytest

from rookery.catchup import imports, older, queries, requests
from rookery.catchup.models import Walk
from rookery.channels.models import Channel
from rookery.conversations.errors import Refused
from rookery.conversations.models import ContactInbox, Conversation
from tests.catchup.desk import BEN, BIA, Desk, conversation, facts, rings, texts, wait_until
from tests.catchup.test_differences import heard

DAY = 86_400


def ask(desk: Desk) -> queries.OlderView:
    thread = ContactInbox.objects.get().pk
    older.do_ask(thread)
    wait_until(lambda: queries.older(thread).state != "asked")
    return queries.older(thread)


@pytest.mark.slow
def test_older_messages_come_page_by_page_until_there_are_none(desk: Desk) -> None:
    for number in range(150):
        desk.say(f"{number:03d}", 10 * DAY - number)
    heard(desk, "today", 600)
    desk.engine()
    wait_until(lambda: Walk.objects.filter(state="done").exists())
    assert texts() == ["today"]
    unread = conversation().unread_count
    first = ask(desk)
    assert (first.state, texts()[0]) == ("some", "051")
    second = ask(desk)
    assert (second.state, second.found, texts()[0]) == ("some", 51, "000")
    assert ask(desk).state == "none"
    assert older.do_ask(ContactInbox.objects.get().pk) == "none"
    assert len(texts()) == 151
    assert (conversation().unread_count, rings(), facts("conversation.caught_up")) == (unread, 0, [])
    told = [fact.data["older"] for fact in facts("conversation.changed") if "older" in fact.data]
    assert told[-3:] == ["some", "some", "none"]


@pytest.mark.slow
def test_a_gateway_that_fails_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(older, "RETRY_MS", (0, 0))
    heard(desk, "today", 600)
    desk.engine()
    wait_until(lambda: Walk.objects.filter(state="done").exists())
    desk.fault("status", "/chat/", times=99, status=500, code="INTERNAL_SERVER_ERROR", message="panic")
    assert ask(desk).state == "failed"
    desk.world.faults.clear()
    assert ask(desk).state == "none"


@pytest.mark.slow
def test_history_of_some_days_is_imported_quietly(desk: Desk) -> None:
    desk.say("too old", 40 * DAY)
    desk.say("last week", 7 * DAY)
    desk.say("yesterday", DAY, number=BEN)
    desk.world.phone_say(BIA, "our answer", at=desk.ago(7 * DAY - 60))
    job = imports.do_start(desk.channel.pk, 30, by=desk.cast.admin)
    desk.engine()
    wait_until(lambda: Walk.objects.get(pk=job).state == "done")
    assert texts() == ["last week", "our answer", "yesterday"]
    assert set(Conversation.objects.values_list("status", "unread_count")) == {("resolved", 0)}
    assert (rings(), facts("conversation.caught_up")) == (0, [])
    view = queries.job(job)
    assert view is not None
    assert (view.days, view.messages, view.chats_done, view.chats_total) == (30, 3, 2, 2)
    assert view.by == desk.cast.admin.pk


@pytest.mark.slow
def test_history_of_chosen_chats(desk: Desk) -> None:
    desk.say("last week", 7 * DAY)
    desk.say("yesterday", DAY, number=BEN)
    job = imports.do_start(desk.channel.pk, 30, [f"{BEN}@s.whatsapp.net"])
    desk.engine()
    wait_until(lambda: Walk.objects.get(pk=job).state == "done")
    assert texts() == ["yesterday"]


@pytest.mark.slow
def test_an_import_pauses_goes_on_and_is_cancelled(desk: Desk) -> None:
    for number in range(12):
        phone = f"4915100000{number:02d}"
        desk.world.add_contact(phone, f"Person {number}")
        desk.say(f"from {number}", 2 * DAY - number, number=phone)
    desk.fault("slow", "/chat/", times=999, seconds=0.1)
    job = imports.do_start(desk.channel.pk, 30)
    desk.engine()
    wait_until(lambda: Walk.objects.get(pk=job).chats_done >= 2)
    assert imports.do_pause(job)
    assert not imports.do_pause(job)
    paused = len(texts())
    read_the_gap(desk)
    assert len(texts()) in (paused, paused + 1), "the chat under way may end"
    stood = len(texts())
    assert stood < 12
    assert imports.do_resume(job)
    wait_until(lambda: len(texts()) > stood)
    assert imports.do_cancel(job)
    assert not imports.do_resume(job)
    assert Walk.objects.get(pk=job).state == "cancelled"
    assert not Walk.objects.get(pk=job).chats.exists()


def read_the_gap(desk: Desk) -> None:
    """Something else that ends while the import pauses."""
    before = Walk.objects.filter(purpose="gap", state="done").count()
    requests.do_ask(desk.channel.pk)
    wait_until(lambda: Walk.objects.filter(purpose="gap", state="done").count() > before)


def test_only_one_import_at_a_time_and_only_sensible_ones(desk: Desk) -> None:
    with pytest.raises(Refused, match="bad_import"):
        imports.do_start(desk.channel.pk, 0)
    with pytest.raises(Refused, match="bad_import"):
        imports.do_start(desk.channel.pk, 3, ["not a chat"])
    job = imports.do_start(desk.channel.pk, 3)
    with pytest.raises(Refused, match="import_running"):
        imports.do_start(desk.channel.pk, 3)
    imports.do_cancel(job)
    assert imports.do_start(desk.channel.pk, 3) != job


@pytest.mark.slow
def test_live_gaps_go_before_an_import(desk: Desk) -> None:
    """The import is begun first and has many chats; the gap is closed meanwhile."""
    for number in range(10):
        phone = f"4915100000{number:02d}"
        desk.world.add_contact(phone, f"Person {number}")
        desk.say(f"old {number}", 2 * DAY - number, number=phone)
    desk.say("new", 600)
    desk.fault("slow", "/chat/", times=999, seconds=0.1)
    job = imports.do_start(desk.channel.pk, 30)
    desk.engine()
    wait_until(lambda: Walk.objects.filter(purpose="gap", state="done").exists())
    assert Walk.objects.get(pk=job).chats_done < 10
    assert Channel.objects.get(pk=desk.channel.pk).complete_until
