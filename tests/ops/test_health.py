"""/health/live and /health/ready."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest
from django.test import Client

from rookery.db.fields import now_millis
from rookery.intake.models import RawEvent
from rookery.intake.records import Record
from rookery.intake.spool import Spool
from rookery.ops import locks, space
from tests import make
from tests.cast import Cast

Usage = namedtuple("Usage", "total used free")  # noqa: PYI024 - what shutil answers


def ready(client: Client) -> tuple[int, dict[str, dict[str, object]]]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()["checks"]


def test_live_answers_without_a_session_and_is_not_cached(db: None, client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.sqlite
def test_ready_says_503_without_a_worker_and_200_with_one(db: None, client: Client, data_dir: Path) -> None:
    status, checks = ready(client)
    assert status == 503
    assert checks["worker"] == {"ok": False, "state": "not running"}
    assert checks["database"]["ok"]
    with locks.ProcessLock("worker"):
        assert ready(client)[0] == 200
    assert ready(client)[0] == 503


def test_worker_elsewhere_is_believed_until_events_wait_too_long(
    cast: Cast, client: Client, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rookery.db.is_sqlite", lambda: False)
    row = make.store(cast.channel, make.text_event())[0]
    assert ready(client)[1]["worker"] == {"ok": True, "state": "elsewhere"}
    RawEvent.objects.filter(pk=row.pk).update(received_ms=now_millis() - 90_000)
    assert ready(client)[0] == 503


def test_webhooks_in_the_spool_are_shown(db: None, client: Client, data_dir: Path) -> None:
    with locks.ProcessLock("worker"):
        spool = Spool(data_dir / "spool" / "door-0.spool", 1 << 20)
        spool.append([Record(1, 1, b"s" * 32, b"{}")])
        status, checks = ready(client)
        assert (status, checks["spool"]["state"]) == (200, "waiting")
        spool.close()


@pytest.mark.parametrize(
    ("free", "status", "state"), [(199, 503, "critical"), (900, 200, "low"), (90_000, 200, "ok")]
)
def test_space_decides(
    db: None,
    client: Client,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: int,
    status: int,
    state: str,
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(100_000 * 10**6, 0, free * 10**6))
    with locks.ProcessLock("worker"):
        found, checks = ready(client)
    assert (found, checks["space"]["state"]) == (status, state)


def test_space_is_measured_where_the_folder_will_be(data_dir: Path) -> None:
    data_dir.rmdir()
    assert space.free() > 0
    assert not data_dir.exists()


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_only_reading_is_possible(db: None, client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
