"""What we ask of a provider, and its answers. Times are UTC."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from rookery.providers.errors import ConfigProblem
from rookery.providers.events import MediaKind
from rookery.waid import Jid


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """How to reach one number. `device_id` is the slot at the gateway ("" where there is only one)."""

    base_url: str
    username: str = ""
    password: str = field(default="", repr=False)
    device_id: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SendText:
    """A text. `mentions` are people named in it. A quote unknown to the gateway is silently left out by it."""

    to: Jid
    text: str
    reply_to: str | None = None
    mentions: tuple[Jid, ...] = ()


@dataclass(frozen=True, slots=True)
class SendMedia:
    """A file. `file` is a path, or a source of bytes that can be read once, with its exact `size`.

    `filename` is shown to the receiver of a document; other kinds go out under a unique name made by us.
    `voice` makes an audio a voice note; `gif` lets a video without sound play by itself, over and over.
    """

    to: Jid
    kind: MediaKind
    file: Path | AsyncIterable[bytes]
    filename: str
    mime: str
    size: int | None = None
    caption: str = ""
    reply_to: str | None = None
    voice: bool = False
    gif: bool = False


Command: TypeAlias = SendText | SendMedia


@dataclass(frozen=True, slots=True)
class Sent:
    """WhatsApp's server took the message. `at` is its clock, read from the answer's prose if it is there."""

    source_id: str
    at: datetime | None
    prose: str


@dataclass(frozen=True, slots=True)
class Decorated:
    """How the provider's own record shows a message sent by `Command`: any one of `contents`."""

    media_type: str
    contents: frozenset[str]


@dataclass(frozen=True, slots=True)
class RecordReaction:
    """One person's reaction as the record shows it; `sender` is bare. Withdrawn ones are not shown."""

    emoji: str
    sender: Jid | None
    from_me: bool
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One row of the provider's record of a chat. `sender` is raw: `is_ad` marks what was sent by an API.

    `at` is WhatsApp's time, of the message; an edit overwrites `content` and moves `updated_at` alone. `call` is
    what the gateway noted about a call (rows of `media_type` call, whose id is `call:<call id>`).
    """

    id: str
    chat: Jid
    sender: Jid | None
    is_ad: bool
    content: str
    at: datetime | None
    from_me: bool
    media_type: str
    filename: str
    updated_at: datetime | None = None
    reactions: tuple[RecordReaction, ...] = ()
    sender_name: str = ""
    call: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Rows of one chat, newest first. `more` tells whether older rows may follow within the asked times.

    `size` is how many rows the gateway gave, usable or not: the next page begins at `offset + size`. `total` counts
    the whole chat whatever times were asked for, and on some gateways other numbers' rows too; None if not said.
    """

    rows: tuple[RecordRow, ...] = ()
    size: int = 0
    more: bool = False
    total: int | None = None


@dataclass(frozen=True, slots=True)
class ChatRow:
    """A chat the provider knows. `name` may be made up (`Group 1203...`) or our own push name: a hint, no more."""

    jid: Jid
    name: str
    last_message_at: datetime | None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class ChatPage:
    """Chats by their last message, newest first. `size` counts what the gateway gave, usable or not."""

    rows: tuple[ChatRow, ...] = ()
    size: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class GroupInfoMember:
    """One member of a group under the addresses known; `owner` made the group or was given it."""

    pn: Jid | None
    lid: Jid | None
    admin: bool = False
    owner: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """A group as WhatsApp shows it. `announce`: only admins write; `locked`: only admins change it."""

    subject: str
    topic: str = ""
    members: tuple[GroupInfoMember, ...] = ()
    announce: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Avatar:
    """Where WhatsApp keeps a picture, for minutes or hours; `id` changes with the picture."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class SavedContact:
    """A name from the phone's address book (some gateways fall back to push and business names). May be empty."""

    jid: Jid
    name: str


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    """A file that the provider fetched again for us: a path for `Provider.open_media`."""

    path: str
    kind: str
    filename: str
    size: int | None


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One slot at the gateway. `logged_in` means that WhatsApp accepts it; `jid` is bare."""

    connected: bool
    logged_in: bool
    jid: Jid | None
    slot: str


@dataclass(frozen=True, slots=True)
class ConfigCheck:
    """What a look at a configuration found. `status` is our slot if there is one, `slots` all of them."""

    problem: ConfigProblem | None
    status: DeviceStatus | None = None
    slots: tuple[DeviceStatus, ...] = ()
    version: str = ""

    @property
    def ok(self) -> bool:
        return self.problem is None
