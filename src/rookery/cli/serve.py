"""`rookery serve`: everything on one machine; on an empty folder it works at once."""

from __future__ import annotations

import argparse

from rookery.cli import arguments, folder, ports, start
from rookery.settings import conf


def add(commands: arguments.Commands) -> None:
    made = arguments.command(
        commands, "serve", run, "run Rookery on this machine: pages, webhooks and worker"
    )
    made.add_argument("--lifeline", type=int, help=argparse.SUPPRESS)
    made.add_argument("--embedded", action="store_true", help=argparse.SUPPRESS)
    arguments.address(made)
    arguments.data_dir(made)


def run(options: argparse.Namespace) -> int:
    start.read_options(options)
    start.folder_and_keys()
    with folder.the_folder():
        ports.require(conf.str("HOST"), conf.int("PORT"))
        from rookery.telemetry import multiprocess

        multiprocess.share(anew=True)
        start.django()
        from rookery.cli import serving

        return serving.serve(options.lifeline, embedded=options.embedded)
