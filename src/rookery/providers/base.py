"""The interface every provider fills in. Adding one: docs/adding-a-provider.md."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

import httpx

from rookery.outbound_http import CappedReader
from rookery.providers.commands import (
    Avatar,
    ChannelConfig,
    ChatPage,
    Command,
    ConfigCheck,
    Decorated,
    DeviceStatus,
    FetchedMedia,
    GroupInfo,
    RecordPage,
    RecordRow,
    SavedContact,
    Sent,
)
from rookery.providers.errors import NotAvailable, TemplatesUnsupported
from rookery.providers.events import Event
from rookery.providers.linking import QrCode, WebhookSetting
from rookery.waid import Jid


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do, as data: the composer shows it and the API refuses by it.

    `record`, `chats`: its own memory can be walked; `groups`, `avatars`, `contacts`: it answers about these.
    `max_bytes` and `mimes` are per kind; a kind that is missing in `max_bytes` cannot be sent. No entry in
    `mimes` means any type. Captions are possible for `captions`.
    """

    text: bool = True
    max_text: int = 65_536
    replies: bool = False
    mentions: bool = False
    templates: bool = False
    receipts: bool = False
    record: bool = False
    presence: bool = False
    chats: bool = False
    groups: bool = False
    avatars: bool = False
    contacts: bool = False
    max_bytes: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    mimes: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    captions: frozenset[str] = frozenset()


class Provider(ABC):
    """One number's connection. Cheap to make: the pooled `client` belongs to the caller (`outbound_http.Pool`).

    Every coroutine may raise a `providers.errors.ProviderError`, whose `retry` and `certain` are the decision,
    and nothing else.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init__(self, config: ChannelConfig, client: httpx.AsyncClient) -> None:
        self.config = config
        self.client = client

    @staticmethod
    @abstractmethod
    def base_url(text: str) -> str:
        """The address as it is stored. Raises ConfigProblem `config_bad_url`."""

    # What comes in: pure functions of the bytes, no connection needed.

    @staticmethod
    @abstractmethod
    def verify(secret: str, body: bytes, header: str | bytes | None) -> bool:
        """Is `header` the signature of exactly these bytes? In constant time; never raises."""

    @staticmethod
    @abstractmethod
    def device_of(raw: bytes) -> str | None:
        """The number's JID the event says it is for, as text; None if it does not say. Fast; never raises."""

    @staticmethod
    @abstractmethod
    def lane_key(raw: bytes) -> str:
        """The chat's raw JID, else the device, else "": events with one key are kept in order. Never raises."""

    @staticmethod
    @abstractmethod
    def parse(raw: bytes, own: frozenset[Jid] = frozenset()) -> tuple[Event, ...]:
        """All events in one delivery. Raises Unparsable, and nothing else whatever the bytes are.

        `own` are the number's own JIDs, number and LID, as far as known: some gateways do not say which messages
        are our own. Without them such a message counts as the other side's.
        """

    # What goes out.

    @abstractmethod
    async def send(self, command: Command) -> Sent:
        """Send once. On an error look at `certain` before you think of sending again."""

    async def send_template(self, to: Jid, name: str, params: Sequence[str] = ()) -> Sent:
        """Send an approved template; only the Business API has them."""
        raise TemplatesUnsupported

    async def sync_templates(self) -> list[str]:
        """The names of the approved templates."""
        return []

    @staticmethod
    @abstractmethod
    def decorated(command: Command) -> Decorated:
        """What `record` shows for a message sent by this command: the evidence to compare."""

    @abstractmethod
    async def record(self, chat: Jid, since: datetime, until: datetime) -> list[RecordRow]:
        """The provider's own rows of a chat, oldest first, both ends included; [] for an unknown chat."""

    async def record_page(
        self, chat: Jid, since: datetime, until: datetime, *, offset: int = 0
    ) -> RecordPage:
        """One page of that record, newest first; empty for an unknown chat, and where there is no record.

        Offsets shift while messages arrive: go on by time (`until` = the oldest second seen), and use the offset
        only inside one second that fills a page. A chat may be stored under its number or its LID: try both.
        """
        return RecordPage()

    async def chats(self, *, offset: int = 0, limit: int = 100) -> ChatPage:
        """The chats the provider knows, by last message, newest first. `limit` is 1 to 100."""
        return ChatPage()

    # Details: chores, never in the path of a message. A gateway may panic, hang or answer 500 to any of them.

    async def group_info(self, group: Jid) -> GroupInfo:
        """A group's subject and members. NotAvailable when we are not (or no longer) in it."""
        raise NotAvailable

    async def avatar(self, jid: Jid, *, group: bool = False) -> Avatar | None:
        """Where a picture is now; None when there is none or it is hidden from us. `group`: `jid` is a group's."""
        return None

    async def contacts(self) -> tuple[SavedContact, ...]:
        """The names saved on the phone, in no order."""
        return ()

    # Files.

    @abstractmethod
    def media_url(self, path: str) -> str:
        """The address of a file named by an event. Raises BadMediaPath for anything that leaves its folder."""

    @abstractmethod
    def open_media(
        self, path: str, *, max_bytes: int, seconds: float = 60.0
    ) -> AbstractAsyncContextManager[CappedReader]:
        """Stream a file: `async with provider.open_media(p, max_bytes=n) as f: async for chunk in f: ...`"""

    @abstractmethod
    async def download_message_media(self, source_id: str, chat: Jid) -> FetchedMedia:
        """Have the provider fetch a message's file from WhatsApp again. Slow, and writes a new file there."""

    # The connection itself.

    @abstractmethod
    def headers(self) -> dict[str, str]:
        """Credentials and device selection, as sent with every call. Secret."""

    @abstractmethod
    async def device_status(self) -> DeviceStatus:
        """Whether our slot is connected and logged in."""

    @abstractmethod
    async def check_config(self, phone: str = "") -> ConfigCheck:
        """Is the configuration good for this number? Problems are in the answer, in words for administrators."""

    @abstractmethod
    async def ensure_slot(self, slot_id: str) -> DeviceStatus:
        """Make the slot, or adopt it if it or one for our number exists already."""

    @abstractmethod
    async def open_to_all(self) -> bool:
        """Does the gateway answer without a password?"""

    # Linking a phone. Providers that are not linked like this refuse.

    async def login_qr(self) -> QrCode:
        """The next code to be scanned; the one before stops working. Raises linking.AlreadyLinked."""
        raise NotAvailable

    async def login_code(self, phone: str) -> str:
        """A code to be typed on the phone of this number. Raises linking.AlreadyLinked."""
        raise NotAvailable

    async def logout(self) -> None:
        """Unlink the phone. The slot may be gone afterwards: `ensure_slot` before the next login."""
        raise NotAvailable

    async def reconnect(self) -> None:
        """Have a linked slot connect to WhatsApp again."""
        raise NotAvailable

    async def webhook(self) -> WebhookSetting | None:
        """The slot's own webhook; None where the provider has none for each slot."""
        return None

    async def set_webhook(self, url: str, secret: str, events: Sequence[str] = ()) -> None:
        """Have this slot's events sent there alone, signed; no `events`: all. Raises NotAvailable where it cannot."""
        raise NotAvailable
