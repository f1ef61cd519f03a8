from __future__ import annotations

import pytest

from rookery.accounts.encryption import SecretUnavailable
from rookery.media import words
from rookery.media.errand import shown_path
from rookery.media.errors import MediaError, NoSpace, TooLarge
from rookery.media.verdicts import GONE_AFTER, judge
from rookery.providers import errors


@pytest.mark.parametrize("error", [errors.NotAvailable(), errors.BadMediaPath()])
def test_missing_file_is_looked_for_twice_and_then_failed(error: Exception) -> None:
    first, second = judge(error, 1, 0), judge(error, 2, 0)
    assert (first.outcome, first.after, first.counted) == ("retry", 2, True)
    assert (second.outcome, second.code) == ("failed", "not_available")
    assert judge(error, 2, GONE_AFTER + 1).outcome == "gone"
    assert judge(error, 1, GONE_AFTER + 1).outcome == "retry"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Unreachable(), "unreachable"),
        (errors.Interrupted(), "interrupted"),
        (errors.OutOfService("bad_credentials"), "bad_credentials"),
        (errors.OutcomeUnknown("garbage"), "garbage"),
        (TimeoutError(), "media_timed_out"),
        (OSError(), "storage_failed"),
        (SecretUnavailable(), "secret_unavailable"),
        (ZeroDivisionError(), "media_error"),
    ],
)
def test_passing_trouble_is_tried_for_half_a_day(error: Exception, code: str) -> None:
    waits, attempt = 0, 1
    while (verdict := judge(error, attempt, 0)).outcome == "retry":
        assert verdict.code == code
        assert verdict.after >= 5
        waits += verdict.after
        attempt += 1
    assert (verdict.outcome, verdict.code) == ("failed", code)
    assert 10 * 3600 < waits < 14 * 3600


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TooLarge(limit=1), "too_large_here"),
        (errors.TooLarge("too_large_here", limit=1), "too_large_here"),
        (errors.Rejected("address_forbidden"), "address_forbidden"),
        (MediaError(), "media_error"),
    ],
)
def test_lasting_trouble_is_not_tried_again(error: Exception, code: str) -> None:
    verdict = judge(error, 1, 0)
    assert (verdict.outcome, verdict.code) == ("failed", code)


def test_full_disk_costs_no_attempt() -> None:
    verdict = judge(NoSpace(), 999, 0)
    assert (verdict.outcome, verdict.counted, verdict.code) == ("retry", False, "no_space")


def test_every_code_has_words() -> None:
    for error in (NoSpace(), TooLarge(), TimeoutError(), OSError(), SecretUnavailable(), ValueError()):
        assert judge(error, 1, 0).code in words.SENTENCES
    assert words.sentence("unreachable") == errors.Unreachable().public
    assert "too long" in words.sentence("media_timed_out")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (
            "statics/media/1772636850-0d9b5a1e-77aa.ogg; codecs=opus",
            "statics/media/1772636850-0d9b5a1e-77aa.ogg; codecs=opus",
        ),
        ("statics/media/5521987650000/2026-03-04/1772-x.jpeg", "statics/media/…0000/2026-03-04/1772-x.jpeg"),
        ("", ""),
    ],
)
def test_logged_path_hides_the_number_of_its_folder(path: str, shown: str) -> None:
    assert shown_path(path) == shown
