"""`rookery worker`: processing, sending, media, the phones' monitor and chores, in one process.

`serve` starts and watches one; on PostgreSQL several may run, on any machine.
"""

from __future__ import annotations

import argparse

from rookery.cli import arguments, start
from rookery.cli.failure import Failure
from rookery.settings import conf


def add(commands: arguments.Commands) -> None:
    made = arguments.command(
        commands, "worker", run, "process events, send, fetch media (serve does it by itself)"
    )
    made.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    arguments.data_dir(made)


def run(options: argparse.Namespace) -> int:
    start.read_options(options)
    start.existing_folder()
    from rookery.telemetry import multiprocess

    multiprocess.share(anew=False)
    from rookery.ops import locks

    lock = locks.ProcessLock("worker")
    try:
        lock.take()
    except locks.Held as held:
        raise Failure(
            f"another worker works on {conf.path('DATA_DIR')}. rookery serve brings its own"
        ) from held
    start.django()
    start.current_schema()
    from rookery.cli import crew

    return crew.work(options.lifeline)
