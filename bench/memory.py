"""Memory of an installation that does nothing: the sum of PSS of all processes of `rookery serve`."""

from __future__ import annotations

import time

from bench import servers
from bench.results import Result
from bench.stage import Stage

TARGET = 200.0


def run(stage: Stage) -> list[Result]:
    stage.prepare()
    seconds = stage.pick(60, 10)
    with servers.rookery("serve") as server:
        time.sleep(seconds)
        parts = [process.memory_full_info().pss / 1e6 for process in server.family()]
        names = [_name(process.cmdline()) for process in server.family()]
    note = f"{seconds} s after the start: " + ", ".join(
        f"{name} {part:.0f} MB" for name, part in zip(names, parts, strict=True)
    )
    return [Result("memory, idle", sum(parts), "MB", target=TARGET, least=False, note=note)]


def _name(command: list[str]) -> str:
    return command[3] if len(command) > 3 else command[0].rpartition("/")[2]
