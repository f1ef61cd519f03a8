"""A sandbox gateway in a thread, a number on it, and the engine beside the test."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from rookery.catchup.engine import Engine
from rookery.catchup.models import Walk
from rookery.channels.connect import Connections
from rookery.channels.models import Channel, DeviceState, Gateway
from rookery.conversations.models import Contact, Conversation, Inbox, Message
from rookery.journal.models import Fact
from rookery.processing.worker import Processor
from rookery.sandbox import deeds
from rookery.sandbox.faults import Fault
from rookery.sandbox.model import Group, Member, Row
from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests import make
from tests.cast import Cast, make_cast, make_number

ACCOUNT = "15550000001"
BIA = "5521987650000"
BEN = "4915112345678"
HOUR = 3_600


class Desk:
    """`world` is the truth on the phones; nothing is delivered as a webhook unless a test does it.

    `start`: the second the test began; the number was linked an hour before and is complete until half an hour before.
    """

    def __init__(self, profile: str = "v8") -> None:
        self.start = int(time.time())
        self.world = World(profile, pace=0.0)
        self.world.add_device("demo", "15550000001")
        self.world.add_contact(BIA, "Bia")
        self.world.add_contact(BEN, "Ben")
        self.thread = SandboxThread(self.world)
        self.thread.__enter__()
        self.cast: Cast = make_cast(self.thread.url)
        self.channel = self.cast.channel
        self.link(self.channel)
        self._engines: list[Running] = []

    def link(self, channel: Channel) -> None:
        """Linked an hour ago, connected ever since, complete until half an hour ago."""
        since = datetime.fromtimestamp(self.start - HOUR, UTC)
        Channel.objects.filter(pk=channel.pk).update(created_at=since, complete_until=self.start - HOUR // 2)
        DeviceState.objects.create(channel=channel, state="connected", since=since)

    def add_number(self, url: str, number: str, slot: str) -> tuple[Channel, Inbox]:
        """Another number on another gateway."""
        gateway = Gateway.objects.create(
            account=self.cast.account, url=url, username="admin", password="sandbox"
        )
        channel, inbox = make_number(self.cast.account, gateway, number, slot, slot)
        self.link(channel)
        return channel, inbox

    # -- the world ----------------------------------------------------------------------------------------------

    def ago(self, seconds: int) -> int:
        return self.start - seconds

    def say(self, text: str, ago: int, *, number: str = BIA, **more: Any) -> str:
        """A person writes `ago` seconds before the start; no webhook tells of it."""
        return self.world.say(number, text, at=self.ago(ago), **more)

    def add_group(self, subject: str, *phones: str) -> str:
        """A group with these people and us; its JID."""
        members = [Member(phone=phone) for phone in (*phones, ACCOUNT)]
        group = Group(jid="120363041234567890@g.us", subject=subject, members=members)
        self.world.groups[group.jid] = group
        return group.jid

    def row_of(self, source_id: str) -> Row:
        """The gateway's own copy of a message."""
        found = self.world.find_message(ACCOUNT, source_id)
        assert found is not None
        assert found.row is not None
        return found.row

    def edit(self, source_id: str, text: str, ago: int, *, number: str = BIA) -> str:
        """A person changes what they said; no webhook tells of it."""
        how = deeds.Edit(at=self.ago(ago))
        return deeds.edit(self.world, self.world.contact(number), source_id, text, how=how)

    def react(self, source_id: str, emoji: str, *, number: str = BIA) -> str:
        return deeds.react(self.world, self.world.contact(number), source_id, emoji)

    def hear(self, *bodies: bytes) -> None:
        """Webhooks arrive after all, and are processed."""
        make.store(self.channel, *bodies)
        Processor().drain()

    def fault(self, mode: Any, path: str, **more: Any) -> None:
        self.world.faults.add(Fault(mode=mode, path=path, **more))

    # -- the engine ---------------------------------------------------------------------------------------------

    def engine(self, **options: Any) -> Running:
        running = Running(**options)
        self._engines.append(running)
        return running

    def catch_up(self) -> Walk:
        """Start an engine, wait for a walk to end, stop the engine; that walk."""
        before = set(Walk.objects.values_list("pk", flat=True))
        running = self.engine()
        mine = Walk.objects.filter(channel=self.channel, purpose="gap").exclude(pk__in=before)
        wait_until(lambda: mine.filter(state="done").exists())
        running.stop()
        return mine.get()

    def mark(self) -> int | None:
        return Channel.objects.values_list("complete_until", flat=True).get(pk=self.channel.pk)

    def close(self) -> None:
        for running in self._engines:
            running.stop()
        self.thread.__exit__(None, None, None)


class Running:
    """An engine at work in a thread with its own event loop, until `stop` or `kill`."""

    def __init__(self, **options: Any) -> None:
        self._options = {"poll": 0.02, "alone": True, **options}
        self._stop: asyncio.Event | None = None
        self._main: asyncio.Task[None] | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._work())
        finally:
            self._loop.close()

    async def _work(self) -> None:
        self._stop = asyncio.Event()
        connections = Connections(allow_private=True)
        self._main = asyncio.ensure_future(Engine(connections=connections, **self._options).run(self._stop))
        await asyncio.wait([self._main])

    def stop(self) -> None:
        """Let it end."""
        if self._thread.is_alive():
            while self._stop is None:
                time.sleep(0.01)
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
            assert not self._thread.is_alive()


def texts(*, inbox: Inbox | None = None) -> list[str]:
    """All messages' texts in the order of the screen."""
    rows = Message.objects.exclude(direction="activity").order_by("at", "tie")
    if inbox is not None:
        rows = rows.filter(inbox=inbox)
    return list(rows.values_list("content", flat=True))


def message(source_id: str) -> Message:
    return Message.objects.get(source_id=source_id)


def conversation() -> Conversation:
    """The only one."""
    return Conversation.objects.get()


def contact() -> Contact:
    """The only listed one."""
    return Contact.objects.get(listed=True)


def facts(kind: str) -> list[Fact]:
    return list(Fact.objects.filter(kind=kind).order_by("id"))


def rings() -> int:
    """How often an agent's browser would ring."""
    return sum(bool(fact.data.get("ring")) for fact in facts("message.created"))


def wait_until(what: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until it is true; fails the test when it does not come."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.02)
