"""What is forgotten, and what is not."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from rookery import db, journal
from rookery.accounts import people
from rookery.accounts.models import OneTimeLink, SignInFailure
from rookery.channels.models import DeviceState
from rookery.conversations.models import PendingChange
from rookery.db.fields import now_millis
from rookery.intake import claims
from rookery.intake.models import RawEvent, SeenEvent
from rookery.journal.models import Fact
from rookery.ops import retention
from rookery.settings import conf
from tests import make
from tests.cast import Cast

DAY_MS = 86_400_000


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "PAUSE", 0.0)
    monkeypatch.setattr(retention, "BATCH", 3)


def run() -> dict[str, int]:
    return retention.run(threading.Event())


def test_old_done_events_go_and_parked_and_new_ones_stay(cast: Cast) -> None:
    rows = make.store(cast.channel, *[make.text_event(str(number)) for number in range(9)])
    old = [row.pk for row in rows[:8]]
    RawEvent.objects.filter(pk__in=old).update(received_ms=now_millis() - 15 * DAY_MS)
    RawEvent.objects.filter(pk__in=old[:7]).update(state=RawEvent.State.DONE)
    RawEvent.objects.filter(pk=old[6]).update(state=RawEvent.State.PARKED)
    assert run()["raw_events"] == 6
    assert sorted(RawEvent.objects.values_list("pk", flat=True)) == sorted([old[6], old[7], rows[8].pk])


def test_days_are_a_setting(cast: Cast) -> None:
    row = make.store(cast.channel, make.text_event())[0]
    RawEvent.objects.filter(pk=row.pk).update(
        received_ms=now_millis() - 2 * DAY_MS, state=RawEvent.State.DONE
    )
    assert run()["raw_events"] == 0
    with conf.override(KEEP_RAW_DAYS=1):
        assert run()["raw_events"] == 1


def test_journal_is_pruned_in_small_steps_and_keeps_what_is_fresh(cast: Cast) -> None:
    Fact.objects.all().delete()
    for _ in range(11):
        with db.write():
            journal.record("contact.changed", account=cast.account.pk)
    ids = list(Fact.objects.order_by("id").values_list("id", flat=True))
    for number, fact_id in enumerate(ids[:8]):
        Fact.objects.filter(id=fact_id).update(at_ms=now_millis() - 8 * DAY_MS + number)
    assert run()["facts"] == 8
    assert list(Fact.objects.order_by("id").values_list("id", flat=True)) == ids[8:]


def test_many_facts_of_one_moment_do_not_stop_the_pruning(cast: Cast) -> None:
    with db.write():
        for _ in range(10):
            journal.record("contact.changed", account=cast.account.pk)
    Fact.objects.update(at_ms=now_millis() - 8 * DAY_MS)
    assert run()["facts"] >= 10
    assert not Fact.objects.exists()


def test_waiting_changes_links_and_failures_end(cast: Cast) -> None:
    for days in (31, 29):
        created = now_millis() - days * DAY_MS
        PendingChange.objects.create(
            channel_id=cast.channel.pk, source_id="A", kind="receipt", at=1, created_ms=created
        )
    people.do_make_sign_in_link(cast.admin)
    people.do_make_sign_in_link(cast.agent)
    yesterday = datetime.now(UTC) - timedelta(days=2)
    OneTimeLink.objects.filter(user=cast.agent).update(expires_at=yesterday)
    SignInFailure.objects.create(key=b"a" * 16)
    SignInFailure.objects.update(at=yesterday)
    SignInFailure.objects.create(key=b"b" * 16)
    done = run()
    assert (done["pending_changes"], done["one_time_links"], done["sign_in_failures"]) == (1, 1, 1)
    assert OneTimeLink.objects.get().user == cast.admin


def test_it_ends_early_when_the_worker_stops(cast: Cast) -> None:
    rows = make.store(cast.channel, *[make.text_event(str(number)) for number in range(9)])
    RawEvent.objects.update(received_ms=now_millis() - 15 * DAY_MS, state=RawEvent.State.DONE)
    stop = threading.Event()
    stop.set()
    assert retention.run(stop)["raw_events"] < len(rows)


def test_parked_events_go_later_and_their_digests_stay(cast: Cast) -> None:
    rows = make.store(cast.channel, *[make.text_event(str(number)) for number in range(5)])
    RawEvent.objects.update(state=RawEvent.State.PARKED, received_ms=now_millis() - 91 * DAY_MS)
    RawEvent.objects.filter(pk=rows[0].pk).update(received_ms=now_millis() - 89 * DAY_MS)
    RawEvent.objects.filter(pk=rows[1].pk).update(channel_id=None)
    assert run()["parked_events"] == 4
    assert list(RawEvent.objects.values_list("pk", flat=True)) == [rows[0].pk]
    digests = [claims.digest_of(bytes(row.body)) for row in rows]
    assert claims.seen(cast.channel.pk, digests) == {digests[0], digests[1]}


def test_digests_stay_when_bodies_go(cast: Cast) -> None:
    row = make.store(cast.channel, make.text_event())[0]
    digest = claims.digest_of(bytes(row.body))
    claims.seen(cast.channel.pk, [digest])
    RawEvent.objects.update(state=RawEvent.State.DONE, received_ms=now_millis() - 15 * DAY_MS)
    SeenEvent.objects.update(day=0)
    assert run()["raw_events"] == 1
    assert claims.seen(cast.channel.pk, [digest]) == set()


def test_newest_state_of_each_number_stays_however_old(cast: Cast) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=200)
    for day in range(7):
        DeviceState.objects.create(
            channel=cast.channel, state="connected", reason=str(day), since=long_ago + timedelta(days=day)
        )
    assert run()["device_states"] == 6
    assert DeviceState.objects.get().reason == "6"
    DeviceState.objects.create(channel=cast.channel, state="lost", since=datetime.now(UTC))
    assert run()["device_states"] == 1
    assert DeviceState.objects.get().state == "lost"
