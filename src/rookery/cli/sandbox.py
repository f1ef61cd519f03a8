"""`rookery sandbox`: the simulated gateway alone."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal

from rookery.cli import arguments, ports
from rookery.cli.failure import Failure


def add(commands: arguments.Commands) -> None:
    made = arguments.command(
        commands, "sandbox", run, "a simulated gateway with simulated people, for trying and testing"
    )
    made.add_argument("--port", type=arguments.port, help="port to listen on (default 3000)")
    made.add_argument("--host", default="127.0.0.1", help="a loopback address (default 127.0.0.1)")
    made.add_argument(
        "--profile", default="v8", help="which build of the gateway to be: v7, v8 or v9 (default v8)"
    )
    made.add_argument("--user", default="admin", help="user name of its API; empty leaves it open")
    made.add_argument("--password", default="sandbox", help="password of its API (default sandbox)")
    made.add_argument("--base-path", default="", help="path prefix of its API")
    made.add_argument("--webhook", default="", metavar="URL", help="where events are sent")
    made.add_argument(
        "--webhook-secret", default="secret", help="signs events (default: the gateway's own, secret)"
    )
    made.add_argument(
        "--device", default="demo", help="id of its slot; empty starts without one (default demo)"
    )
    made.add_argument("--phone", default="15550000001", help="number of the linked phone")
    made.add_argument(
        "--data-dir", metavar="FOLDER", help="keep the world there; without it, it is forgotten"
    )
    made.add_argument("--quiet-world", action="store_true", help="the simulated people stay silent")


def run(options: argparse.Namespace) -> None:
    from rookery.sandbox import profile
    from rookery.sandbox.server import check_loopback

    try:
        check_loopback(options.host)
        profile.named(options.profile)
    except ValueError as error:
        raise Failure(str(error)) from error
    os.umask(0o077)
    port = ports.choose(options.host, options.port, 3000, "--port")
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_serve(options, port))


async def _serve(options: argparse.Namespace, port: int) -> None:
    from rookery.sandbox.server import serve

    ready = asyncio.Event()
    serving = asyncio.create_task(
        serve(
            options.host, port, options.profile, options.data_dir, options.quiet_world,
            options.webhook, options.webhook_secret,
            user=options.user, password=options.password, base_path=options.base_path,
            device=options.device, phone=options.phone.removeprefix("+"), ready=ready,
        )
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    listening = asyncio.create_task(ready.wait())
    await asyncio.wait({serving, listening}, return_when=asyncio.FIRST_COMPLETED)
    if listening.done():
        shown = f"[{options.host}]" if ":" in options.host else options.host
        print(f"Sandbox gateway ({options.profile})  http://{shown}:{port}  (Ctrl-C stops it)", flush=True)
    listening.cancel()
    await serving
