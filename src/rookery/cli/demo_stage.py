"""The demo while it runs: the simulated gateway in this process, `rookery serve` as a child in our process group."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from rookery.cli import children, demo_world
from rookery.cli.demo_world import DemoWorld
from rookery.cli.failure import Failure
from rookery.sandbox.model import Hook
from rookery.sandbox.scenario import Scenario
from rookery.sandbox.server import SandboxServer
from rookery.sandbox.world import World
from rookery.settings import conf

SOON = 0.05
PATIENCE = 90.0
FIRST_MESSAGES = 6.0


class Stage:
    """Open it, print its words, let it play until the end, close it."""

    def __init__(self, options: argparse.Namespace, rows: DemoWorld, gateway_port: int) -> None:
        self._quiet: bool = options.quiet_world
        self._host: str = options.host
        self._port: int = options.port
        self._rows = rows
        hook = f"http://{self._shown}:{self._port}/webhooks/whatsapp/{demo_world.PHONE}"
        user, password = demo_world.GATEWAY_USER, demo_world.GATEWAY_PASSWORD
        self.world = World(
            "v8", user, password, data_dir=conf.path("DATA_DIR") / "sandbox",
            webhook_url=hook, webhook_secret=rows.secret,
        )  # fmt: skip
        self.world.hook = Hook(url=hook, secret=rows.secret)
        if demo_world.DEVICE not in self.world.slots:
            self.world.add_device(demo_world.DEVICE, demo_world.PHONE[1:])
        self.server = SandboxServer(self.world, self._host, gateway_port)
        self._serve: children.Child | None = None

    @property
    def _shown(self) -> str:
        return f"[{self._host}]" if ":" in self._host else self._host

    @property
    def address(self) -> str:
        return f"http://{self._shown}:{self._port}"

    async def open(self, ending: asyncio.Event) -> None:
        """Returns when pages can be opened. Raises Failure when they never can."""
        try:
            await self.server.start()
        except OSError as error:
            raise Failure(f"port {self.server.port} was taken just now. Try again") from error
        await asyncio.to_thread(demo_world.do_point_at, self._rows, self.server.url)
        self._serve = await children.start("serve", "--embedded")
        await self._wait_for_pages(ending)
        scenario = Scenario(self.world)
        scenario.introduce()
        if not self._quiet:
            await scenario.begin()
            await self._wait_for_first_messages(ending)

    async def _wait_for_pages(self, ending: asyncio.Event) -> None:
        assert self._serve is not None
        for _ in range(int(PATIENCE / SOON)):
            if ending.is_set():
                return
            if self._serve.has_ended:
                raise Failure("serve ended at once; its lines above say why")
            if await answers(self._host, self._port, "/health/ready"):
                return
            await asyncio.sleep(SOON)
        raise Failure(f"serve does not answer after {PATIENCE:.0f} s")

    async def _wait_for_first_messages(self, ending: asyncio.Event) -> None:
        """Somebody who opens the address at once shall see conversations, not an empty page."""
        from rookery.conversations.models import Conversation

        for _ in range(int(FIRST_MESSAGES / 0.2)):
            if ending.is_set() or await asyncio.to_thread(Conversation.objects.exists):
                return
            await asyncio.sleep(0.2)

    async def words(self) -> str:
        """The last lines of the start."""
        link = await asyncio.to_thread(demo_world.sign_in_link)
        people = f"{demo_world.ADMIN} or {demo_world.AGENT}"
        lines = [
            "Rookery with simulated people. Ctrl-C stops it.",
            f"  Gateway        {self.server.url}  (simulated; user {demo_world.GATEWAY_USER}, "
            f"password {demo_world.GATEWAY_PASSWORD})",
            f"  Rookery        {self.address}",
            f"  Sign in as     {people}",
            f"  Password       {self._rows.password}",
            f"  Or once, here  {self.address}{link}",
        ]
        return "\n".join(lines)

    async def play(self, ending: asyncio.Event) -> int:
        """Until the end is asked for, or `serve` ends by itself."""
        if self._serve is None:
            return 0
        stopped = asyncio.create_task(ending.wait())
        gone = asyncio.create_task(self._serve.wait())
        await asyncio.wait({stopped, gone}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stopped, gone):
            task.cancel()
        if ending.is_set():
            return 0
        print("rookery: serve ended by itself", file=sys.stderr)
        return 1

    async def close(self) -> None:
        """Stop the child, then the gateway."""
        if self._serve is not None:
            await self._serve.stop()
        with contextlib.suppress(Exception):
            await self.server.stop()


async def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of this path is answered with 200."""
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 2)
    except (OSError, TimeoutError):
        return False
    try:
        shown = f"[{host}]" if ":" in host else host
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {shown}:{port}\r\nConnection: close\r\n\r\n".encode())
        first = await asyncio.wait_for(reader.readline(), 5)
        return b" 200 " in first
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
