"""The queue's functions as processing uses them."""

from __future__ import annotations

import pytest

from rookery import db
from rookery.db.fields import now_millis
from rookery.intake import claims, parked
from rookery.intake.models import RawEvent, SeenEvent
from rookery.intake.records import Record, insert

LATER = 1 << 60
pytestmark = pytest.mark.django_db(transaction=True)


def stored(count: int, size: int = 2) -> list[int]:
    with db.write():
        insert([Record(1, 1000 + number, b"s" * 32, b"x" * size) for number in range(count)])
    return list(RawEvent.objects.order_by("-id").values_list("id", flat=True)[:count])[::-1]


def ids(events: list[claims.NewEvent]) -> list[int]:
    return [event.id for event in events]


def test_new_events_come_oldest_first_when_read_ahead() -> None:
    made = stored(5)
    assert ids(claims.read_ahead(3, 0)) == made[:3]
    assert ids(claims.read_ahead(9, 0, after_id=made[2])) == made[3:]
    (first, *_) = claims.read_ahead(1, 0)
    assert first == claims.NewEvent(made[0], 1, 1000, 0, b"xx", b"s" * 32)
    assert claims.read(made[4]) == claims.NewEvent(made[4], 1, 1004, 0, b"xx", b"s" * 32)
    assert claims.read(made[4] + 1) is None


def test_bodies_are_bounded_when_they_are_large() -> None:
    made = stored(4, size=1000)
    assert ids(claims.read_ahead(9, 0, max_bytes=2500)) == made[:2]
    assert ids(claims.read_ahead(9, 0, max_bytes=1)) == made[:1]


def test_attempts_are_counted_when_claimed_and_taken_back_when_unclaimed() -> None:
    made = stored(3)
    assert claims.claim(made[:2]) == made[:2]
    assert [event.attempts for event in claims.read_ahead(9, LATER)] == [1, 1, 0]
    assert claims.unclaim(made) == made[:2]
    assert [event.attempts for event in claims.read_ahead(9, 0)] == [0, 0, 0], "and they are due again"


@pytest.mark.sqlite
def test_event_is_claimed_again_at_once_when_there_is_one_worker() -> None:
    made = stored(2)
    claims.claim(made)
    assert claims.claim(made[:1]) == made[:1]
    assert [event.attempts for event in claims.read_ahead(9, 0)] == [2, 1]


@pytest.mark.postgres
def test_claimed_event_is_hidden_from_other_workers_when_its_lease_runs() -> None:
    made = stored(2)
    assert claims.claim(made[:1]) == made[:1]
    assert ids(claims.read_ahead(9, now_millis())) == made[1:]
    assert claims.claim(made) == made[1:]
    assert ids(claims.read_ahead(9, now_millis() + 2 * claims.LEASE_MS)) == made


def test_claim_is_committed_when_the_batch_is_rolled_back_later() -> None:
    made = stored(1)
    claims.claim(made)
    with pytest.raises(ZeroDivisionError), db.write():
        claims.mark_done(made)
        raise ZeroDivisionError
    assert [(event.id, event.attempts) for event in claims.read_ahead(9, LATER)] == [(made[0], 1)]


def test_event_leaves_the_queue_when_done_or_parked_or_postponed() -> None:
    done, given_up, later, new = stored(4)
    claims.mark_done([done])
    claims.park(given_up, "Unparsable: \x00" + "x" * 500)
    claims.postpone(later, 5000, "deadlock")
    assert ids(claims.read_ahead(9, 4999)) == [new]
    assert ids(claims.read_ahead(9, 5000)) == [later, new]
    assert claims.claim([done, given_up]) == []
    assert claims.backlog() == (2, 1002)
    (row,) = parked.list_parked()
    assert (row.id, row.size, len(row.error), "\x00" in row.error) == (given_up, 2, 200, False)


def test_parked_event_is_new_again_when_replayed() -> None:
    (made,) = stored(1)
    claims.claim([made])
    claims.park(made, "why")
    assert claims.replay(made)
    assert [(event.id, event.attempts) for event in claims.read_ahead(9, 0)] == [(made, 0)]
    assert not claims.replay(made), "only parked ones are replayed"
    assert parked.count_parked() == 0


def test_parked_events_are_listed_newest_first_when_paged_and_limited_to_channels() -> None:
    made = stored(4)
    for event_id in made:
        claims.park(event_id, "e")
    assert [row.id for row in parked.list_parked(2)] == made[:1:-1]
    assert [row.id for row in parked.list_parked(before_id=made[1])] == made[:1]
    assert parked.list_parked(channel_ids=[2]) == []
    assert (parked.count_parked(), parked.count_parked([1]), parked.count_parked([2])) == (4, 4, 0)


def test_only_new_digests_are_told_when_some_were_seen() -> None:
    one, two, three = (claims.digest_of(text) for text in (b"1", b"2", b"3"))
    assert claims.seen(1, [one, two, one]) == {one, two}
    assert claims.seen(1, [two, three]) == {three}
    assert claims.seen(2, [one]) == {one}, "another number's"
    claims.forget(1, [one])
    assert claims.seen(1, [one, two]) == {one}
    assert len(one) == 16


def test_digest_is_new_again_when_its_savepoint_was_rolled_back() -> None:
    digest = claims.digest_of(b"1")
    with db.write():
        with pytest.raises(ZeroDivisionError), db.savepoint():
            assert claims.seen(1, [digest])
            raise ZeroDivisionError
        assert claims.seen(1, [digest]) == {digest}
    assert SeenEvent.objects.count() == 1


def test_many_are_handled_when_they_exceed_a_statement() -> None:
    made = stored(1200)
    assert claims.claim(made) == made
    digests = [claims.digest_of(b"%d" % number) for number in range(1200)]
    assert claims.seen(1, digests) == set(digests)
    claims.mark_done(made)
    assert claims.backlog() == (0, 0)


def test_locks_need_a_transaction_when_asked_for() -> None:
    made = stored(2)
    with pytest.raises(RuntimeError):
        claims.claim_locked(made)
    claims.mark_done(made[:1])
    with db.write():
        assert claims.claim_locked(made) == made[1:]


@pytest.mark.postgres
def test_rows_held_by_another_worker_are_left_out_when_locked() -> None:
    import threading

    from django.db import connection

    made = stored(4)
    found: list[int] = []

    def other() -> None:
        with db.write():
            found.extend(claims.claim_locked(made))
        connection.close()

    with db.write():
        assert claims.claim_locked(made[:2]) == made[:2]
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == made[2:]


def test_only_old_and_done_events_are_deleted_when_pruned() -> None:
    made = stored(5)
    claims.mark_done(made[:3])
    claims.park(made[3], "e")
    assert parked.prune(1002, batch=1) == 1
    assert parked.prune(1002) == 1
    assert parked.prune(1002) == 0
    assert list(RawEvent.objects.order_by("id").values_list("id", flat=True)) == made[2:]
