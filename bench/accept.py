"""Webhooks made durable and answered, by one web process, against a handler that stores nothing."""

from __future__ import annotations

from bench import load, seed, servers, webhooks
from bench.results import Result, against, percentile
from bench.stage import Stage
from rookery.intake.models import RawEvent

TARGET = 0.45
FLOOR = (
    "a raw ASGI handler under plain uvicorn (uvloop, httptools) that reads, verifies the HMAC, parses with msgspec and "
    "stores nothing"
)


def run(stage: Stage) -> list[Result]:
    cast = stage.prepare()
    preloaded = stage.pick(1_000_000, 50_000)
    seed.raw_events(cast.channel.pk, preloaded)
    rates: list[float] = []
    floors: list[float] = []
    work: list[float] = []
    answers: list[float] = []
    with servers.uvicorn("bench.floors.raw_door:application") as raw, servers.rookery("web") as real:
        for number in range(stage.pick(7, 2)):
            low, low_cpu = _round(stage, raw, 2 * number)
            high, high_cpu = _round(stage, real, 2 * number + 1)
            rates.append(high.rate)
            floors.append(low.rate)
            work.append(low_cpu / high_cpu)
            answers += high.answers
            stage.say(
                f"{high.rate:,.0f}/s, floor {low.rate:,.0f}/s; by processor time {low_cpu / high_cpu:.2f}"
            )
            stored = RawEvent.objects.count() - preloaded
            assert stored == len(answers), f"{len(answers)} accepted, {stored} stored"
    note = (
        f"64 connections, {preloaded:,} rows preloaded; p50 {percentile(answers, 0.5) * 1000:.1f} ms, "
        f"p99 {percentile(answers, 0.99) * 1000:.1f} ms; by processor time {sorted(work)[len(work) // 2]:.2f} of the floor"
    )
    return [against(f"accept, {stage.vendor}", rates, "/s", FLOOR, floors, target=TARGET, note=note)]


def _round(stage: Stage, server: servers.Server, number: int) -> tuple[load.Outcome, float]:
    """What came of it, and the server's processor time for one request."""
    seconds = stage.pick(2, 1)
    requests = webhooks.requests(seconds * 30_000, number)
    before = server.cpu_seconds()
    outcome = load.run(server.port, requests, seconds)
    assert not outcome.refused, f"{outcome.refused} refused"
    return outcome, (server.cpu_seconds() - before) / len(outcome.answers)
