"""`rookery demo`: Rookery with a simulated gateway and simulated people, nothing real touched."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rookery.cli import arguments, folder, ports, start
from rookery.cli.failure import Failure
from rookery.settings import conf, env

if TYPE_CHECKING:
    from rookery.cli.demo_world import DemoWorld

DATA = Path("data/demo")


def add(commands: arguments.Commands) -> None:
    made = arguments.command(commands, "demo", run, "try Rookery with simulated people; no phone is touched")
    arguments.address(made)
    made.add_argument(
        "--gateway-port", type=arguments.port, help="port of the simulated gateway (default 3000)"
    )
    made.add_argument(
        "--password", help="password of both people (default: an invented one, which is printed)"
    )
    made.add_argument(
        "--quiet-world", action="store_true", help="the simulated people stay silent, the inbox is empty"
    )
    arguments.data_dir(made, str(DATA))


def run(options: argparse.Namespace) -> int:
    """Until Ctrl-C. The same folder again goes on with the same world."""
    from rookery.sandbox.server import check_loopback

    host = options.host or "127.0.0.1"
    try:
        check_loopback(host)
    except ValueError:
        raise Failure(
            f"the demo's doors are open, so it listens on this machine only, not on {host}"
        ) from None
    if options.data_dir is None and not conf.is_set("DATA_DIR"):
        options.data_dir = str(DATA)
    options.host = host
    options.port = ports.choose(host, options.port, 8000, "--port")
    taken = frozenset({options.port})
    gateway_port = ports.choose(host, options.gateway_port, 3000, "--gateway-port", taken)
    start.read_options(options)
    # Simulated people answer fast, and nobody is annoyed by a demo that does too.
    if not conf.is_set("SEND_PACE_PER_MINUTE"):
        env.export(SEND_PACE_PER_MINUTE="0")
    refuse_real_folder()
    start.folder_and_keys()
    with folder.the_folder():
        start.django(quiet=True)
        from rookery.cli import demo_world, installing

        installing.bring_up_to_date()
        demo_world.mark()
        world = demo_world.prepare(options.password)
    return asyncio.run(_run(options, world, gateway_port))


def refuse_real_folder() -> None:
    """A demo writes invented people into its folder: never into one where somebody works."""
    data = conf.path("DATA_DIR")
    if (data / "rookery.sqlite3").exists() and not (data / "demo.json").exists():
        raise Failure(f"{data} holds a real Rookery, not a demo. Name another folder with --data-dir")
    if conf.str("DATABASE_URL").startswith("postgres"):
        raise Failure("the demo keeps its own SQLite database: unset ROOKERY_DATABASE_URL")


async def _run(options: argparse.Namespace, world: DemoWorld, gateway_port: int) -> int:
    from rookery.cli.demo_stage import Stage

    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, ending.set)
    stage = Stage(options, world, gateway_port)
    try:
        await stage.open(ending)
        if not ending.is_set():
            print(await stage.words(), flush=True)
        return await stage.play(ending)
    finally:
        with suppress(BrokenPipeError):
            sys.stdout.flush()
        await stage.close()
