"""The simulated gateway behind the cast's number, whom it knows, and the worker's details at work on it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from django.db.models import F

from rookery.channels.connect import Connections
from rookery.conversations.models import (
    Address,
    Contact,
    ContactInbox,
    Conversation,
    GroupMember,
    Inbox,
    Message,
)
from rookery.db.fields import now_millis, now_seconds
from rookery.details.models import AddressBook, Look
from rookery.details.worker import Details
from rookery.sandbox.app import create_app
from rookery.sandbox.faults import Fault
from rookery.sandbox.model import Group, Member
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from rookery.waid import Jid, address_key
from tests.cast import Cast

BIA = "5521987650000"
CAL = "5511940001111"
CAL_LID = "98765432101234@lid"
OWN = "15550000001"
GROUP = "120363041234567890@g.us"
HOST = "127.0.0.1:3000"
_numbers = itertools.count(1)

Scenario = Callable[[Details], Awaitable[None]]


class Network(httpx.AsyncBaseTransport):
    """Gateways by host; remembers what was asked of them."""

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        world = self.worlds[request.url.netloc.decode()]
        return await httpx.ASGITransport(app=create_app(world)).handle_async_request(request)


class Whatsapp(httpx.AsyncBaseTransport):
    """WhatsApp's own hosts: whatever is asked for is answered with this."""

    def __init__(self, body: bytes = b"", status: int = 200) -> None:
        self.body, self.status = body, status
        self.asked: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(self.status, content=self.body)


class Stage:
    """`look()` carries out everything that is due."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.network = Network()
        self.world = self.add_gateway(HOST)

    def add_gateway(self, host: str, slot: str = "demo") -> World:
        async def nobody(url: str, headers: object, body: bytes, chunked: bool) -> int:
            return 200

        world = World("v8", pace=Pace(0.0, 0.0, 1.0), deliver=nobody)
        world.add_device(slot, OWN)
        self.network.worlds[host] = world
        return world

    def asked(self, path: str) -> int:
        """How many requests went to this path."""
        return sum(request.url.path == path for request in self.network.asked)

    def fault(self, mode: Any, path: str, **more: Any) -> None:
        self.world.faults.add(Fault(mode=mode, path=path, **more))

    def look(self, scenario: Scenario | None = None, **options: Any) -> None:
        """Run until nothing is due, or as `scenario` says."""

        async def run() -> None:
            connections = Connections(self.network, allow_private=True)
            details = Details(connections, poll=0.01, **options)
            try:
                await asyncio.wait_for(scenario(details) if scenario else details.drain(), 30)
            finally:
                await details.close()

        asyncio.run(run())

    def group(self, *people: str, subject: str = "Suppliers", **more: Any) -> Group:
        """A group at the gateway: our number, and these people, the first its owner."""
        members = [Member(phone=OWN)]
        members += [Member(phone=phone, admin=not at, owner=not at) for at, phone in enumerate(people)]
        made = Group(jid=GROUP, subject=subject, members=members, **more)
        self.world.groups[GROUP] = made
        return made

    def contact(self, *jids: str, kind: str = "person", listed: bool = True, **more: Any) -> Contact:
        """A contact with these addresses."""
        numbers = [f"+{jid.partition('@')[0]}" for jid in jids if jid.endswith("@s.whatsapp.net")]
        more.setdefault("phone", (numbers or [""])[0])
        made = Contact.objects.create(account=self.cast.account, kind=kind, listed=listed, **more)
        for text in jids:
            of, key = address_key(Jid.parse(text))
            Address.objects.create(account=self.cast.account, contact=made, kind=of, key=key, jid=text)
        return made

    def chat(
        self, jid: str = f"{BIA}@s.whatsapp.net", *more: str, inbox: Inbox | None = None, **fields: Any
    ) -> Conversation:
        """A conversation with somebody new."""
        kind = "group" if jid.endswith("@g.us") else "person"
        contact = self.contact(jid, *more, kind=kind, **fields)
        inbox = inbox or self.cast.inbox
        thread = ContactInbox.objects.create(contact=contact, inbox=inbox, jid=jid)
        return Conversation.objects.create(
            account=self.cast.account, inbox=inbox, contact=contact, contact_inbox=thread,
            display_id=next(_numbers),
        )  # fmt: skip

    def write(self, thread: Conversation, author: Contact | None = None) -> Message:
        """A message in a conversation, by its contact or somebody in the group."""
        source_id = f"A5F0{next(_numbers):028X}"
        return Message.objects.create(
            account=thread.account, inbox=thread.inbox, channel=thread.inbox.channel, conversation=thread,
            contact_inbox=thread.contact_inbox, source_id=source_id, tie=source_id, direction="in",
            author=author or thread.contact, at=now_seconds(), created_ms=now_millis(),
        )  # fmt: skip


async def until(what: Callable[[], object]) -> None:
    """Wait until it is true; whoever runs the scenario sets the limit."""
    while not what():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def of(contact: Contact) -> Look:
    """What is planned for a contact."""
    return Look.objects.get(pk=contact.pk)


def pass_days(days: float) -> None:
    """So much time goes by for everything that was looked at."""
    gone = round(days * 86_400_000)
    for look in Look.objects.all():
        Look.objects.filter(pk=look.pk).update(
            due_ms=max(1, look.due_ms - gone),
            info_ms=max(0, look.info_ms - gone),
            picture_ms=max(0, look.picture_ms - gone),
        )
    Contact.objects.filter(saved_at__gt=0).update(saved_at=F("saved_at") - gone // 1000)
    GroupMember.objects.update(present_at=F("present_at") - gone // 1000, role_at=F("role_at") - gone // 1000)
    for book in AddressBook.objects.all():
        AddressBook.objects.filter(pk=book.pk).update(due_ms=max(1, book.due_ms - gone))
