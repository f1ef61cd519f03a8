"""What we ask of a provider, and its answers. Times are UTC."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

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
    `voice` makes an audio a voice note.
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
class RecordRow:
    """One row of the provider's record of a chat. `sender` is raw: `is_ad` marks what was sent by an API."""

    id: str
    chat: Jid
    sender: Jid | None
    is_ad: bool
    content: str
    at: datetime | None
    from_me: bool
    media_type: str
    filename: str


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
