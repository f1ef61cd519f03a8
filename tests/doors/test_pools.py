"""Who waits for a thread, and who goes first."""

from __future__ import annotations

import asyncio
import threading

import pytest

from rookery.doors.pools import Pool, PoolBusy
from rookery.doors.routes import patience


async def test_patient_requests_let_urgent_ones_pass() -> None:
    pool, gate, order = Pool("test", 1, 10), threading.Event(), []

    def job(name: str) -> str:
        gate.wait(5)
        order.append(name)
        return name

    waiting = [asyncio.create_task(pool.run(lambda: job("running")))]
    await asyncio.sleep(0.05)
    for name, seconds in (("rows", 1.0), ("page", 0.1), ("bubbles", 0.0)):
        waiting.append(asyncio.create_task(pool.run(lambda name=name: job(name), seconds)))  # type: ignore[misc]
    await asyncio.sleep(0.05)
    gate.set()
    assert await asyncio.gather(*waiting) == ["running", "rows", "page", "bubbles"]
    assert order == ["running", "bubbles", "page", "rows"]
    pool.stop()


async def test_patience_ends_when_the_urgent_ones_come_later_than_that() -> None:
    pool, gate, order = Pool("test", 1, 10), threading.Event(), []

    def job(name: str) -> None:
        gate.wait(5)
        order.append(name)

    first = asyncio.create_task(pool.run(lambda: job("running")))
    await asyncio.sleep(0.02)
    rows = asyncio.create_task(pool.run(lambda: job("rows"), 0.05))
    await asyncio.sleep(0.1)
    bubbles = asyncio.create_task(pool.run(lambda: job("bubbles"), 0.0))
    await asyncio.sleep(0.02)
    gate.set()
    await asyncio.gather(first, rows, bubbles)
    assert order == ["running", "rows", "bubbles"]
    pool.stop()


async def test_request_too_many_is_refused_and_room_comes_back() -> None:
    pool, gate = Pool("test", 1, 0), threading.Event()
    running = asyncio.create_task(pool.run(lambda: gate.wait(5)))
    await asyncio.sleep(0.02)
    with pytest.raises(PoolBusy):
        await pool.run(lambda: None)
    gate.set()
    await running
    assert await pool.run(lambda: "again") == "again"
    pool.stop()


async def test_error_reaches_the_one_who_asked() -> None:
    pool = Pool("test", 1, 1)

    def fail() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await pool.run(fail)
    assert await pool.run(lambda: 1) == 1
    pool.stop()


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("/conversations/7/messages", 0.0),
        ("/inbox/rows", 1.0),
        ("/conversations/7/read", 1.0),
        ("/conversations/7/header", 1.0),
        ("/conversations/7", 0.1),
        ("/api/v1/accounts/1/conversations/7/messages", 0.0),
    ],
)
def test_open_conversation_goes_before_what_stands_beside_it(path: str, seconds: float) -> None:
    assert patience(path) == seconds
