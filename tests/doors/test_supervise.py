"""One worker child at all times, and none at the end."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

import pytest

from rookery.doors import supervise


class Child:
    """A child that ends when it is told to, or by itself."""

    pids = itertools.count(1)

    def __init__(self) -> None:
        self.pid = next(self.pids)
        self.ended = asyncio.Event()
        self.stopped = False

    async def wait(self) -> int:
        await self.ended.wait()
        return 1

    async def stop(self) -> None:
        self.stopped = True
        self.ended.set()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 -- another task's doing
            await asyncio.sleep(0.005)


async def test_child_is_started_again_when_it_ends_and_stopped_at_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(supervise, "FIRST_PAUSE", 0.01)
    children: list[Child] = []

    async def start() -> Child:
        children.append(Child())
        return children[-1]

    ending = asyncio.Event()
    keeping = asyncio.create_task(supervise.keep_running(start, ending))
    await until(lambda: len(children) == 1)
    children[0].ended.set()
    await until(lambda: len(children) == 2)
    assert [child.stopped for child in children] == [True, False], "the first one's pipe is let go of"
    ending.set()
    await asyncio.wait_for(keeping, 5)
    assert [child.stopped for child in children] == [True, True]


async def test_end_is_quick_when_a_child_keeps_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "FIRST_PAUSE", 10.0)

    async def start() -> Child:
        child = Child()
        child.ended.set()
        return child

    ending = asyncio.Event()
    keeping = asyncio.create_task(supervise.keep_running(start, ending))
    await asyncio.sleep(0.05)
    ending.set()
    await asyncio.wait_for(keeping, 1)
