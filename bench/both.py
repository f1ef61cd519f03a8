"""Accepting while a worker drains a backlog: what each still does, and how long an agent's click waits to be written."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from threading import Thread

from bench import deliveries, load, seed, servers, webhooks
from bench.process import store
from bench.results import Result, percentile
from bench.stage import Stage
from rookery.conversations.actions import triage
from rookery.conversations.models import Conversation
from rookery.intake.models import RawEvent
from tests.cast import Cast

PACE = 100.0  # webhooks a second that the mission asks for


def run(stage: Stage) -> list[Result]:
    cast = stage.prepare()
    seed.raw_events(cast.channel.pk, stage.pick(100_000, 10_000))
    store(cast.channel, [deliveries.greeting(number) for number in range(deliveries.CHATS)])
    _drain_here()
    store(cast.channel, deliveries.mixed(stage.pick(60_000, 10_000)))
    with servers.rookery("web") as server:
        return [*_side_by_side(stage, server, cast)]


def _side_by_side(stage: Stage, server: servers.Server, cast: Cast) -> list[Result]:
    seconds = stage.pick(10, 3)
    worker = subprocess.Popen([sys.executable, "-m", "bench.drainer"], stdin=subprocess.PIPE)
    _wait_until_it_works()
    paced = _phase(stage, server, cast, seconds, paced=True)
    full = _phase(stage, server, cast, seconds, paced=False)
    left = RawEvent.objects.filter(state=0).count()
    worker.communicate()
    note = "" if left else "the backlog was drained before the end: too small for this machine"
    return [*paced, *full, Result(f"both: events left, {stage.vendor}", left, "", note=note)]


def _phase(stage: Stage, server: servers.Server, cast: Cast, seconds: int, *, paced: bool) -> list[Result]:
    """Webhooks at PACE or as fast as they go, an agent's clicks beside them; the worker drains meanwhile."""
    clicks: list[float] = []
    ending = time.monotonic() + seconds
    clicking = Thread(target=_click, args=(cast, ending, clicks))
    done = RawEvent.objects.filter(state=1).count()
    clicking.start()
    if paced:
        requests = webhooks.requests(int(seconds * PACE), 101)
        outcome = asyncio.run(load.paced(server.port, requests, PACE))
    else:
        outcome = load.run(server.port, webhooks.requests(seconds * 15_000, 102), seconds)
    clicking.join()
    processed = (RawEvent.objects.filter(state=1).count() - done) / seconds
    assert not outcome.refused, f"{outcome.refused} refused"
    how = f"{PACE:.0f}/s offered" if paced else "as fast as it goes"
    return [
        Result(f"both: accepted, {how}, {stage.vendor}", outcome.rate, "/s"),
        Result(f"both: accept p99, {how}, {stage.vendor}", percentile(outcome.answers, 0.99) * 1000, "ms"),
        Result(f"both: processed, {how}, {stage.vendor}", processed, "events/s"),
        Result(f"both: click p99, {how}, {stage.vendor}", percentile(clicks, 0.99) * 1000, "ms"),
        Result(f"both: click max, {how}, {stage.vendor}", max(clicks) * 1000, "ms"),
    ]


def _click(cast: Cast, ending: float, clicks: list[float]) -> None:
    """An agent who assigns conversations to themselves and lets go of them again."""
    from django.db import connection

    conversations = list(Conversation.objects.order_by("id")[:50])
    number = 0
    while time.monotonic() < ending:
        agent = cast.agent if number // len(conversations) % 2 == 0 else None
        started = time.perf_counter()
        triage.do_assign(conversations[number % len(conversations)], agent, by=cast.agent)
        clicks.append(time.perf_counter() - started)
        number += 1
        time.sleep(0.05)
    connection.close()


def _wait_until_it_works() -> None:
    waiting = RawEvent.objects.filter(state=0).count()
    until = time.monotonic() + 30
    while RawEvent.objects.filter(state=0).count() == waiting:
        if time.monotonic() > until:
            raise RuntimeError("the worker does nothing")
        time.sleep(0.05)


def _drain_here() -> None:
    from rookery.processing.worker import Processor

    Processor().drain()
