"""The doctor's colours, against the simulated gateway."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rookery.accounts import keys
from rookery.accounts.models import Account
from rookery.channels import states
from rookery.channels.models import Channel, Gateway, WebhookSecret
from rookery.db.fields import now_millis
from rookery.intake import claims
from rookery.intake.models import RawEvent
from rookery.ops import locks, space
from rookery.ops.doctor import Finding, examine
from tests import make
from tests.cast import Cast, make_cast
from tests.sending.line import Line


@pytest.fixture(autouse=True)
def _folder(data_dir: Path) -> Path:
    return data_dir


@pytest.fixture
def cast(line: Line) -> Iterator[Cast]:
    made = make_cast(line.url)
    # With several accounts gateways on private addresses are refused.
    Account.objects.exclude(pk=made.account.pk).delete()
    states.do_note_state(made.channel, "connected")
    Channel.objects.update(last_event_ms=now_millis())
    with locks.ProcessLock("worker"):
        yield made


def found(part: str) -> list[Finding]:
    return [finding for finding in examine() if finding.part.startswith(part)]


def colours(part: str) -> list[str]:
    return [finding.level.value for finding in found(part)]


def test_everything_well_is_green_throughout(cast: Cast) -> None:
    assert [finding for finding in examine() if finding.level.value != "green"] == []


def test_number_is_named_by_its_inbox_and_last_digits(cast: Cast) -> None:
    assert {finding.part for finding in found("number")} == {"number Café Rookery 0001"}


def test_gateway_that_is_down_is_red(cast: Cast) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        Gateway.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}")
    finding = found("gateway")[0]
    assert (finding.level.value, "Cannot connect" in finding.words) == ("red", True)


def test_gateway_without_a_password_is_red(line: Line, cast: Cast) -> None:
    line.world.user = ""
    assert colours("gateway") == ["green", "red"]
    assert "without a password" in found("gateway")[1].words


def test_wrong_password_is_red_in_the_agreed_words(cast: Cast) -> None:
    gateway = Gateway.objects.get(pk=cast.gateway.pk)
    gateway.password = "changed"
    gateway.save()
    assert [finding.words for finding in found("gateway")] == [
        "Authentication failed: check user and password."
    ]


@pytest.mark.parametrize("secret", ["secret", "fifteen-letters"])
def test_guessable_secret_is_red(cast: Cast, secret: str) -> None:
    row = WebhookSecret.objects.get(channel=cast.channel)
    row.value = secret
    row.save()
    assert "red" in colours("number")
    assert any("default word or too short" in finding.words for finding in found("number"))


def test_number_without_any_secret_is_red(cast: Cast) -> None:
    WebhookSecret.objects.all().delete()
    assert "red" in colours("number")


def test_lost_key_is_red_and_nothing_else_breaks(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "by_id", _no_key)
    assert [finding.words for finding in found("gateway")] == ["its stored password cannot be opened"]
    assert any("cannot be opened" in finding.words for finding in found("number"))


def _no_key(key_id: str) -> bytes:
    raise keys.NoKey(key_id)


@pytest.mark.parametrize(
    ("state", "colour"),
    [
        ("logged_out", "red"),
        ("banned", "red"),
        ("unpaired", "red"),
        ("unreachable", "red"),
        ("lost", "yellow"),
        ("pairing", "yellow"),
    ],
)
def test_state_of_the_phone_has_its_colour(cast: Cast, state: str, colour: str) -> None:
    states.do_note_state(cast.channel, state)
    assert found("number")[0].level.value == colour
    assert found("number")[0].todo


def test_number_without_an_event_or_with_a_wrong_clock_is_yellow(cast: Cast) -> None:
    Channel.objects.update(last_event_ms=None, clock_offset_ms=-9_000, ignored_events=3, oversized_events=1)
    words = " | ".join(finding.words for finding in found("number") if finding.level.value == "yellow")
    assert "no event has come yet" in words
    assert "9 s away" in words
    assert "3 signed event(s)" in words
    assert "1 event(s) were larger" in words


def test_parked_and_late_events_are_yellow(cast: Cast) -> None:
    rows = make.store(cast.channel, make.text_event(), make.text_event())
    claims.park(rows[0].pk, "x")
    RawEvent.objects.filter(pk=rows[1].pk).update(received_ms=now_millis() - 300_000)
    assert (colours("events"), colours("parked events")) == (["yellow"], ["yellow"])


@pytest.mark.parametrize(("free", "colour"), [(space.CRITICAL - 1, "red"), (10**12, "green")])
def test_space_has_its_colour(cast: Cast, monkeypatch: pytest.MonkeyPatch, free: int, colour: str) -> None:
    monkeypatch.setattr(space, "free", lambda: free)
    assert colours("space") == [colour]


def test_open_folder_is_yellow(cast: Cast, data_dir: Path) -> None:
    data_dir.chmod(0o755)
    assert colours("data folder") == ["yellow"]


def test_missing_folder_is_red_and_stays_missing(db: None, data_dir: Path) -> None:
    data_dir.rmdir()
    assert colours("data folder") == ["red"]
    assert not data_dir.exists()


def test_worker_that_is_missing_beside_serve_is_red(line: Line) -> None:
    make_cast(line.url)
    assert colours("worker") == ["yellow"]
    with locks.ProcessLock("serve"):
        assert colours("worker") == ["red"]


def test_mistyped_setting_is_shown(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROOKERY_PROT", "8000")
    assert "ROOKERY_PROT is no setting of Rookery" in [finding.words for finding in found("settings")]


def test_old_state_says_since_when(cast: Cast) -> None:
    states.do_note_state(cast.channel, "logged_out")
    assert f"since {datetime.now(UTC):%Y-%m-%d}" in found("number")[0].words
