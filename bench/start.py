"""From typing `rookery serve`, on a database that exists, until it calls itself ready."""

from __future__ import annotations

import statistics
import time

from bench import servers
from bench.results import Result
from bench.stage import Stage

TARGET = 3.0


def run(stage: Stage) -> list[Result]:
    stage.prepare()
    times = []
    for _ in range(stage.pick(5, 2)):
        started = time.perf_counter()
        with servers.rookery("serve"):
            times.append(time.perf_counter() - started)
        stage.say(f"{times[-1]:.2f} s")
    note = f"median of {len(times)}, {min(times):.2f} to {max(times):.2f} s"
    return [Result("start", statistics.median(times), "s", target=TARGET, least=False, note=note)]
