"""A conversation page through the whole web process against Django in a bare loop; and pages of a large database."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable

from bench import load, pages, seed, servers
from bench.results import Result, against
from bench.stage import Stage
from tests.cast import Cast

TARGET = 0.7
TARGET_LARGE = 1.5
BUBBLES = 30
SMALL = 1_000
FLOOR = "Django's WSGI handler with all its middleware, called in a bare loop in one thread, rendering the same page"


def run(stage: Stage) -> list[Result]:
    cast = stage.prepare()
    small = -(-SMALL // BUBBLES)
    seed.conversations(cast, small)
    seed.messages(cast, BUBBLES)
    seed.analyse()
    cookie = pages.session_cookie(cast.agent)
    results = [_through_the_front(stage, cookie)]
    paths = {"list": "/inbox/rows", "chat page": "/conversations/3"}
    before = {what: _milliseconds(stage, pages.bare(path, cookie)) for what, path in paths.items()}
    large = _grow(stage, cast, small)
    after = {what: _milliseconds(stage, pages.bare(path, cookie)) for what, path in paths.items()}
    floor = f"the same page with {SMALL:,} messages stored, rendered in a bare loop"
    return results + [
        Result(
            f"{what}, {large:,} messages, {stage.vendor}",
            after[what],
            "ms",
            floor,
            before[what],
            after[what] / before[what],
            TARGET_LARGE,
            least=False,
        )
        for what in paths
    ]


def _through_the_front(stage: Stage, cookie: str) -> Result:
    path = "/conversations/3"
    seconds = stage.pick(3, 1)
    once = pages.bare(path, cookie)
    rates: list[float] = []
    floors: list[float] = []
    with servers.rookery("web") as server:
        for _ in range(stage.pick(7, 2)):
            floors.append(_rate(once, seconds))
            outcome = load.run(
                server.port, itertools.repeat(pages.request(path, cookie)), seconds, connections=16
            )
            assert not outcome.refused, f"{outcome.refused} refused"
            rates.append(outcome.rate)
            stage.say(f"{rates[-1]:.0f}/s, floor {floors[-1]:.0f}/s")
    note = f"{BUBBLES} bubbles, {once():,} bytes, 16 keep-alive connections, one page thread"
    return against(f"page, {stage.vendor}", rates, "/s", FLOOR, floors, target=TARGET, note=note)


def _grow(stage: Stage, cast: Cast, small: int) -> int:
    """Fill the database up; how many messages it holds then."""
    each = 100
    count = stage.pick(1_000_000, 100_000) // each
    stage.say(f"storing {count * each:,} messages")
    seed.conversations(cast, count, first=small + 1)
    seed.messages(cast, each)
    seed.analyse()
    return small * BUBBLES + count * each


def _rate(once: Callable[[], int], seconds: float) -> float:
    once()
    count, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        once()
        count += 1
    return count / (time.perf_counter() - started)


def _milliseconds(stage: Stage, once: Callable[[], int]) -> float:
    """Median time of a page."""
    times = []
    for _ in range(stage.pick(200, 40)):
        started = time.perf_counter()
        once()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1000
