"""The token bucket, the clock, and what an error means: functions of numbers."""

from __future__ import annotations

import itertools

import pytest

from rookery.channels.models import Channel
from rookery.providers import errors
from rookery.sending import breaker, clock, outcome, pacing
from rookery.sending.pacing import BURST, Bucket
from rookery.settings import conf


def channel(per_minute: int | None, tokens: float, at_ms: int) -> Channel:
    settings = {} if per_minute is None else {"pace_per_minute": per_minute}
    return Channel(settings=settings, pace_tokens=tokens, pace_at_ms=at_ms)


def test_bucket_fills_at_its_rate_and_never_over() -> None:
    assert pacing.refill(1.0, 0, 60_000, 30) == BURST
    assert pacing.refill(1.0, 0, 10_000, 30) == pytest.approx(6.0)
    assert pacing.refill(5.0, 60_000, 0, 30) == 5.0  # the clock went back


def test_burst_then_pace_when_a_number_writes_without_pause() -> None:
    now, sent, tokens = 0, [], BURST
    while now < 300_000:
        bucket = Bucket(channel(30, tokens, now - 100), now)
        while bucket.take():
            sent.append(now)
        tokens = bucket._tokens
        now += 100
    assert 20 <= sum(1 for at in sent if at < 1_000) <= 22
    rest = [at for at in sent if at >= 1_000]
    assert 135 <= len(rest) <= 165  # five minutes at 30
    gaps = {after - before for before, after in itertools.pairwise(rest)}
    assert len(gaps) > 5  # it does not tick like a machine


def test_no_pace_when_it_is_off() -> None:
    bucket = Bucket(channel(0, 0.0, 0), 0)
    assert all(bucket.take() for _ in range(500))


def test_setting_decides_when_the_channel_has_no_pace_of_its_own() -> None:
    with conf.override(SEND_PACE_PER_MINUTE=7):
        assert pacing.per_minute({}) == 7
        assert pacing.per_minute({"pace_per_minute": 600}) == 600
        assert pacing.per_minute({"pace_per_minute": "many"}) == 7


@pytest.mark.parametrize(
    ("believed", "left", "ended", "second", "expected"),
    [
        (0, 10_000, 10_200, 10, 0),  # fits: nothing to correct
        (0, 10_900, 11_100, 11, 0),
        (0, 10_000, 10_200, 40, 29_800),
        (50_000, 10_000, 10_200, 40, 30_999),
    ],
)
def test_offset_moves_no_further_than_the_answer_demands(
    believed: int, left: int, ended: int, second: int, expected: int
) -> None:
    assert clock.narrow(believed, left, ended, second) == expected


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (errors.Unreachable(), "retry"),
        (errors.NotReady(), "retry"),
        (errors.Rejected("rejected", detail="no"), "failed"),
        (errors.Paused("new_chats_paused"), "failed"),
        (errors.OutOfService("not_logged_in"), "wait"),
        (errors.OutcomeUnknown("timed_out", row_possible=False), "uncertain"),
    ],
)
def test_verdict_follows_the_errors_attributes(error: errors.ProviderError, kind: str) -> None:
    verdict = outcome.judge(error, 0)
    assert (verdict.kind, verdict.code) == (kind, error.code)


def test_tries_grow_apart_when_they_go_on() -> None:
    waits = [outcome.backoff_ms(attempts) for attempts in range(8)]
    for wait, seconds in zip(waits, (1, 2, 5, 10, 30, 60, 60, 60), strict=True):
        assert seconds * 800 <= wait <= seconds * 1200


def test_breaker_waits_grow_to_a_minute() -> None:
    assert breaker.delay_ms(5) <= 2_000 < breaker.delay_ms(7) <= 8_000
    assert 48_000 <= breaker.delay_ms(50) <= 60_000
