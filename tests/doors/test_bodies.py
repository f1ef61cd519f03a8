"""Bodies are whole before a thread is taken, and strangers may send little."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rookery.doors import bodies
from rookery.doors.bodies import SMALL, Bodies, Body, BodyRefused
from tests.doors.asking import ask

MOST = 300_000
LARGE = b"x" * (SMALL + 1)


class Collector:
    """An application that keeps what it collected."""

    def __init__(self, folder: Path, known: bool = True) -> None:
        self.folder = folder
        self.known = known
        self.asked = 0
        self.body: Body | None = None
        self.bodies = Bodies(folder, MOST, self._may_upload)

    async def _may_upload(self, scope: Any) -> bool:
        self.asked += 1
        return self.known

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        status = 200
        try:
            self.body = await self.bodies.collect(scope, receive)
        except BodyRefused as refused:
            status = refused.status
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": self._content()})

    def _content(self) -> bytes:
        if self.body is None:
            return b""
        content = self.body.file.read()
        assert len(content) == self.body.size
        self.body.close()
        return content


@pytest.fixture
def collector(tmp_path: Path) -> Collector:
    return Collector(tmp_path / "bodies")


async def test_small_body_stays_in_memory_when_it_comes_in_pieces(collector: Collector) -> None:
    reply = await ask(collector, method="POST", chunks=[b"a", b"", b"bc"])
    assert (reply.status, reply.body, collector.asked) == (200, b"abc", 0)
    assert collector.body is not None
    assert not collector.body.on_disk
    assert not collector.folder.exists()


@pytest.mark.parametrize("declared", [True, False])
async def test_large_body_goes_to_disk_when_its_sender_is_known(collector: Collector, declared: bool) -> None:
    headers = {"content-length": str(len(LARGE))} if declared else {}
    reply = await ask(collector, method="POST", chunks=[LARGE[:1000], LARGE[1000:]], headers=headers)
    assert (reply.status, reply.body, collector.asked) == (200, LARGE, 1)
    assert collector.body is not None
    assert collector.body.on_disk
    assert list(collector.folder.iterdir()) == [], "the file has no name"


@pytest.mark.parametrize("declared", [True, False])
async def test_large_body_is_refused_when_its_sender_is_a_stranger(tmp_path: Path, declared: bool) -> None:
    collector = Collector(tmp_path, known=False)
    headers = {"content-length": str(len(LARGE))} if declared else {}
    reply = await ask(collector, method="POST", chunks=[LARGE], headers=headers)
    assert reply.status == 413
    assert collector.body is None


async def test_body_is_refused_when_it_is_larger_than_anybody_may_send(collector: Collector) -> None:
    huge = b"x" * (MOST // 2 + 1)
    assert (await ask(collector, method="POST", headers={"content-length": str(MOST + 1)})).status == 413
    assert collector.asked == 0
    assert (await ask(collector, method="POST", chunks=[huge, huge])).status == 413


async def test_body_is_refused_when_it_stops_arriving(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "DEADLINE", 0.1)
    assert (await ask(collector, method="POST", chunks=[b"a", b"b"], forever=True)).status == 408
    assert (await ask(collector, method="POST", chunks=[LARGE, b"b"], forever=True)).status == 408


async def test_body_is_refused_when_it_only_trickles(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "DEADLINE", -1e9)
    headers = {"content-length": str(len(LARGE))}
    assert (
        await ask(collector, method="POST", chunks=[LARGE[:10], LARGE[10:]], headers=headers)
    ).status == 408


async def test_upload_is_refused_when_the_disk_is_nearly_full(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LEAVE_FREE", 1 << 62)
    assert (await ask(collector, method="POST", chunks=[LARGE])).status == 507


async def test_upload_is_refused_when_too_many_run(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MOST_AT_ONCE", 0)
    assert (await ask(collector, method="POST", chunks=[LARGE])).status == 503


async def test_nothing_is_answered_when_the_sender_has_gone(collector: Collector) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(BodyRefused) as refused:
        await collector.bodies.collect({"headers": []}, receive)
    assert refused.value.status == 0
