"""`rookery web`: the web process alone; the worker runs elsewhere (PostgreSQL)."""

from __future__ import annotations

import argparse

from rookery.cli import arguments, ports, start
from rookery.settings import conf


def add(commands: arguments.Commands) -> None:
    made = arguments.command(commands, "web", run, "pages and webhooks only; the worker runs elsewhere")
    made.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    arguments.address(made)
    arguments.data_dir(made)


def run(options: argparse.Namespace) -> int:
    start.read_options(options)
    start.existing_folder()
    ports.require(conf.str("HOST"), conf.int("PORT"))
    from rookery.telemetry import multiprocess

    multiprocess.share(anew=False)
    start.django()
    start.current_schema()
    from rookery.cli import serving

    return serving.web(options.lifeline)
