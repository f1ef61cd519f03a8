"""Stored events into messages, by the worker's own processor, against plain batched SQL that inserts the same rows."""

from __future__ import annotations

import hashlib
import statistics
import time
from typing import TYPE_CHECKING, Any

from bench import databases, deliveries
from bench.floors import batched_sql
from bench.results import Result, against
from bench.stage import Stage
from rookery import db
from rookery.db.fields import now_millis
from rookery.intake.models import RawEvent
from rookery.intake.records import Record, insert
from rookery.processing.worker import Processor

if TYPE_CHECKING:
    from rookery.channels.models import Channel

TARGET = 0.10
FLOOR = (
    "the rows that this run left behind, inserted into a copy of the database by executemany in transactions of 500 "
    "events; nothing parsed, looked up or decided"
)


def run(stage: Stage) -> list[Result]:
    channel = stage.prepare().channel
    processor = Processor()
    store(channel, [deliveries.greeting(number) for number in range(deliveries.CHATS)])
    processor.drain()
    target = databases.copy(stage.database, stage.folder / "floor.sqlite3")
    floor = batched_sql.open_copy(target)
    try:
        rounds = [_round(stage, channel, processor, floor) for _ in range(stage.pick(7, 2))]
    finally:
        floor.close()
        if stage.database:
            databases.drop(target)
    rates, floors, shares = zip(*rounds, strict=True)
    note = f"by this process's processor time {statistics.median(shares):.2f} of the floor"
    return [against(f"process, {stage.vendor}", rates, "events/s", FLOOR, floors, target=TARGET, note=note)]


def _round(stage: Stage, channel: Channel, processor: Processor, floor: Any) -> tuple[float, float, float]:
    """Events a second of the real thing and of the floor, and their ratio by processor time."""
    bodies = deliveries.mixed(stage.pick(5_000, 1_000))
    events = store(channel, bodies)
    batched_sql.insert_table(floor, "intake_rawevent", batched_sql.read_events(events))
    before = batched_sql.highest()
    started, busy = time.perf_counter(), time.process_time()
    taken = processor.drain()
    rate, busy = taken / (time.perf_counter() - started), time.process_time() - busy
    assert taken == len(bodies), f"processed {taken} of {len(bodies)}"
    undone = RawEvent.objects.filter(id__in=events[-500:]).exclude(state=RawEvent.State.DONE)
    assert not undone.exists(), f"an event failed: {undone[0].error}"
    rows = batched_sql.rows_since(before, events)
    seconds, low_busy = batched_sql.insert(floor, rows)
    low = len(bodies) / seconds
    stage.say(f"{rate:,.0f}/s, floor {low:,.0f}/s; by processor time {low_busy / busy:.3f}")
    return rate, low, low_busy / busy


def store(channel: Channel, bodies: list[bytes]) -> list[int]:
    """Stored deliveries as the door leaves them; their ids."""
    newest = RawEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0
    records = [Record(channel.pk, now_millis(), hashlib.sha256(body).digest(), body) for body in bodies]
    with db.write():
        insert(records)
    return list(RawEvent.objects.filter(id__gt=newest).order_by("id").values_list("id", flat=True))
