"""The simulated world: people, groups, chats, linked phones, and the gateway's slots."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Iterable
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Protocol

from rookery.sandbox import announce, moments, people, screens
from rookery.sandbox import jid as jids
from rookery.sandbox import profile as profiles
from rookery.sandbox.courier import Courier
from rookery.sandbox.dialect import Dialect
from rookery.sandbox.faults import Faults
from rookery.sandbox.fetch import Fetch, over_http
from rookery.sandbox.model import ChatState, Contact, Group, Hook, Media, Message, Newsletter, Row, Slot
from rookery.sandbox.pace import Pace
from rookery.sandbox.post import Deliver, SocketPost
from rookery.sandbox.store import Files, Store
from rookery.sandbox.tasks import Tasks

BOOT = 2.0
"""Seconds from the start of the gateway to the first connection (contract 3.1)."""
ROW_DELAY = 0.4
"""Seconds until the gateway has written its own copy of a message that its API sent."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class Listener(Protocol):
    """The server's socket, as far as the world may close it."""

    def refuse(self, seconds: float) -> None: ...


class World:
    """Everything that exists behind one gateway, and the few verbs that tests use directly.

    profile: `v7`, `v8` or `v9`. user, password: Basic auth; an empty user leaves the API open. data_dir: where the
    world is kept; None keeps it in memory. clock: aware UTC now. pace: see `Pace`. webhook_url and
    webhook_secret: the gateway's global ones. deliver: replaces the network for webhooks; fetch: for `*_url`.
    """

    def __init__(
        self,
        profile: str = "v8",
        user: str = "admin",
        password: str = "sandbox",  # noqa: S107 - the documented default
        base_path: str = "",
        data_dir: str | Path | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
        pace: float | Pace = 1.0,
        webhook_url: str = "",
        webhook_secret: str = "secret",  # noqa: S107 - the real gateway's own default
        deliver: Deliver | None = None,
        fetch: Fetch = over_http,
    ) -> None:
        self.profile = profiles.named(profile)
        self.user, self.password = user, password
        self.base_path = "/" + base_path.strip("/") if base_path.strip("/") else ""
        self.clock, self.pace, self.fetch = clock, Pace.of(pace), fetch
        self.hook = Hook(url=webhook_url, secret=webhook_secret)
        self.account_validation = True
        self.listener: Listener | None = None
        self.lock = RLock()
        folder = Path(data_dir) if data_dir is not None else None
        self.store, self.files = Store(folder), Files(folder)
        self.tasks, self.faults = Tasks(), Faults()
        send = deliver or SocketPost(self.profile.reposts_redirects)
        self.courier = Courier(send, self.profile.dialect, self.pace, self.tasks.spawn)
        self.on_outgoing: list[Callable[[Contact, Message], None]] = []
        self._locks: dict[str, asyncio.Lock] = {}
        self._load()

    def _load(self) -> None:
        self.contacts = {contact.phone: contact for contact in self.store.all("contact", Contact)}
        self.groups = {group.jid: group for group in self.store.all("group", Group)}
        self.slots = {slot.id: slot for slot in map(self._booted, self.store.all("slot", Slot))}
        self.newsletters = {one.jid: one for one in self.store.all("newsletter", Newsletter)}
        self._states = dict(self.store.items("chat", ChatState))
        self._shift = next(iter(self.store.all("clock", int)), 0)
        self.chats: dict[tuple[str, str], list[Message]] = {}
        self.held: list[tuple[str, Callable[[Slot], None]]] = []
        self.notes: dict[str, Any] = {}
        self._kept: set[int] = set()
        for message in self.store.all("message", Message):
            self.chats.setdefault((message.account, message.chat), []).append(message)
            self._kept.add(message.seq)
        self._seq = itertools.count(max(self._kept, default=0) + 1)

    def _booted(self, slot: Slot) -> Slot:
        """A slot after a restart: a new `created_at`, reconnected; a session without slot is named by its JID."""
        slot.created_at = moments.nanoseconds(self.clock())
        slot.connected = bool(slot.phone) and not slot.banned
        if slot.removed:
            self.store.remove("slot", slot.id)
            slot.id, slot.removed = slot.jid, False
            self.store.put("slot", slot.id, slot)
        return slot

    # -- life ------------------------------------------------------------------------------------------------

    def reset(self) -> None:
        """Forget everybody and everything; profile, credentials and webhook target stay."""
        with self.lock:
            self.tasks.cancel()
            self.courier.discard()
            self.courier.attempts.clear()
            self.courier.behaviour = type(self.courier.behaviour)()
            self.faults.clear()
            self.store.wipe()
            self._load()

    def restart(self) -> None:
        """The process ends and starts again: deliveries under way are lost, sessions come back after 2 s."""
        with self.lock:
            self.courier.discard()
            self.tasks.cancel(background=False)
            self.slots = {slot.id: slot for slot in map(self._booted, list(self.slots.values()))}
            back = [slot for slot in self.slots.values() if slot.connected]
            for slot in back:
                slot.connected = False
        self.spawn(self._reconnect(back))

    async def _reconnect(self, slots: list[Slot]) -> None:
        await asyncio.sleep(BOOT * self.pace.people)
        for slot in slots:
            slot.connected = True
            announce.release(self, slot)

    async def settle(self) -> None:
        """Wait until every receipt and delivery under way has come to its end."""
        self.courier.flush()
        await self.tasks.settle()

    async def close(self) -> None:
        self.courier.discard()
        await self.tasks.stop()
        self.store.close()

    def now(self) -> int:
        """WhatsApp's second, which `advance` moves."""
        return int(self.clock().timestamp()) + self._shift

    def advance(self, seconds: int) -> None:
        """Move the world's clock, forwards or (negative) backwards; real time passes as before."""
        self._shift += seconds
        self.save("clock", "shift", self._shift)

    @property
    def shift(self) -> int:
        """By how many seconds the world's clock differs from the real one."""
        return self._shift

    @property
    def dialect(self) -> Dialect:
        """How webhooks are worded now."""
        return self.courier.dialect

    def next_seq(self) -> int:
        return next(self._seq)

    def session_lock(self, phone: str) -> asyncio.Lock:
        """Held during a send: the gateway serialises sends per WhatsApp session (contract 2.6)."""
        return self._locks.setdefault(phone, asyncio.Lock())

    # -- slots -----------------------------------------------------------------------------------------------

    def add_slot(self, slot_id: str) -> Slot:
        """An empty slot; raises ValueError when the id is taken."""
        if slot_id in self.slots:
            raise ValueError(f"device {slot_id} already exists")
        slot = Slot(id=slot_id, created_at=moments.nanoseconds(self.clock()))
        self.slots[slot_id] = slot
        self.save("slot", slot_id, slot)
        return slot

    def add_device(
        self, slot_id: str = "demo", phone: str = "15550000001", push_name: str = "Demo Shop"
    ) -> Slot:
        """A slot that is linked and online; an existing one is left as it is."""
        if slot_id in self.slots:
            return self.slots[slot_id]
        slot = self.add_slot(slot_id)
        self.link(slot, phone, push_name)
        return slot

    def link(self, slot: Slot, phone: str, push_name: str = "", lid: str = "") -> None:
        """Pair a slot with a phone, as scanning its QR code does; `lid` is the account's own."""
        slot.phone, slot.push_name = jids.digits(phone), push_name or slot.push_name
        slot.device = 10 + len(self.slots)
        slot.lid = jids.hidden(lid) if lid else slot.lid
        slot.client, slot.connected, slot.banned = True, True, False
        self.save("slot", slot.id, slot)

    def slots_of(self, account: str) -> list[Slot]:
        return [slot for slot in self.slots.values() if slot.phone == account]

    def default_account(self, device: str | None = None) -> str:
        """The phone of the slot named (by id or number), else of the first linked one.

        Raises LookupError when there is none.
        """
        if device:
            named = self.slots.get(device)
            phone = named.phone if named else jids.digits(device)
            if any(slot.phone == phone for slot in self.slots.values() if phone):
                return phone
            raise LookupError(f"no linked device {device}")
        for slot in self.slots.values():
            if slot.phone:
                return slot.phone
        raise LookupError("no linked device in this world")

    def hook_for(self, slot: Slot) -> Hook:
        """Where this slot's events go: its own URL, unless two slots share the number (contract 3.2)."""
        own = slot.hook
        if own is None or not own.url or len(self.slots_of(slot.phone)) > 1:
            return self.hook
        return Hook(
            url=own.url,
            secret=own.secret or self.hook.secret,
            events=own.events or self.hook.events,
            ignore_jids=self.hook.ignore_jids,
        )

    # -- people and groups -----------------------------------------------------------------------------------

    def add_contact(self, phone: str, name: str = "", lid: str | None = None, **more: Any) -> Contact:
        """A person, or the changed person when the phone exists. `lid` may lack its `@lid`."""
        number = jids.digits(phone)
        lid = jids.hidden(lid) if lid else lid
        with self.lock:
            known = self.contacts.get(number)
            contact = known or Contact(phone=number, name=name or number)
            contact.name, contact.lid = name or contact.name, lid or contact.lid
            for key, value in more.items():
                if key not in Contact.__struct_fields__:
                    raise TypeError(f"a contact has no {key!r}")
                setattr(contact, key, value)
            self.contacts[number] = contact
            self.save("contact", number, contact)
        return contact

    def contact(self, phone: str) -> Contact:
        """Raises LookupError for a stranger."""
        found = self.find_contact(phone)
        if found is None:
            raise LookupError(f"no simulated person {phone}")
        return found

    def find_contact(self, address: str) -> Contact | None:
        """By number (in any notation), phone JID or LID."""
        user, server = jids.parse(jids.bare(address))
        if server == "lid":
            return next((one for one in self.contacts.values() if one.lid == f"{user}@lid"), None)
        return self.contacts.get(jids.digits(user))

    def name_of(self, phone: str) -> str:
        if phone in self.contacts:
            return self.contacts[phone].name
        return next((slot.push_name for slot in self.slots.values() if slot.phone == phone), "")

    def newsletter(self, jid: str) -> Newsletter:
        """Raises LookupError for one that the account does not follow."""
        try:
            return self.newsletters[jid]
        except KeyError:
            raise LookupError(f"no newsletter {jid}") from None

    # -- messages --------------------------------------------------------------------------------------------

    def messages(self, account: str, chat: str) -> list[Message]:
        """One chat in WhatsApp's order."""
        return sorted(self.chats.get((account, chat), []), key=lambda message: (message.at, message.seq))

    def state(self, account: str, chat: str) -> ChatState:
        """Archived, pinned, disappearing: change it, then `save_state`."""
        return self._states.setdefault(f"{account}/{chat}", ChatState())

    def save_state(self, account: str, chat: str) -> None:
        self.save("chat", f"{account}/{chat}", self.state(account, chat))

    def find_message(self, account: str, message_id: str, chat: str | None = None) -> Message | None:
        lists: Iterable[list[Message]]
        if chat is not None:
            lists = [self.chats.get((account, chat), [])]
        else:
            lists = [found for (owner, _chat), found in self.chats.items() if owner == account]
        return next((one for found in lists for one in reversed(found) if one.id == message_id), None)

    def keep(self, message: Message) -> None:
        """Store a new or changed message."""
        with self.lock:
            found = self.chats.setdefault((message.account, message.chat), [])
            if message.seq not in self._kept:
                self._kept.add(message.seq)
                found.append(message)
            self.save("message", f"{message.account}/{message.chat}/{message.seq}", message)

    def write_row(self, message: Message, content: str, sender: str, delay: float = 0.0) -> None:
        """The gateway stores its copy, visible to its clients after `delay` seconds."""
        now = self.now()
        visible = time.time() + delay * self.pace.people
        message.row = Row(content=content, sender=sender, visible_at=visible, created_at=now, updated_at=now)
        self.keep(message)

    def attach(self, name: str, mime: str, data: bytes) -> Media:
        return Media(name=name, mime=mime, size=len(data), sha256=self.files.blob(data))

    def save(self, kind: str, key: str, value: object) -> None:
        self.store.put(kind, key, value)

    def spawn(self, job: Coroutine[Any, Any, None], *, background: bool = False) -> None:
        """Start a job on the world's loop; `settle` does not wait for background ones."""
        self.tasks.spawn(job, background=background)

    # -- verbs for tests -------------------------------------------------------------------------------------

    def say(self, phone: str, text: str = "", **options: Any) -> str:
        """That person sends something; answers the message id. Options: `people.Saying`."""
        return people.say(self, self.contact(phone), people.saying(text=text, **options))

    def phone_say(self, to: str, text: str = "", **options: Any) -> str:
        """The linked phone itself sends something to `to` (a number or group JID)."""
        return people.phone_say(self, to, people.saying(text=text, **options))

    def screen(self, phone: str, chat: str | None = None, account: str | None = None) -> list[dict[str, Any]]:
        """What that person sees, in order; see `screens.screen`."""
        return screens.screen(self, self.contact(phone), chat, account)
