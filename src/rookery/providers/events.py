"""What a provider makes of an incoming event: plain facts, in our words, unchecked.

All JIDs are bare (no device part). Texts are clean: no NUL, no lone surrogates. Times are UTC in whole seconds.
What a sender claims is handed on as a claim; `processing` decides what to believe.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from rookery.waid import Jid

Kind: TypeAlias = Literal[
    "text", "image", "video", "video_note", "audio", "document", "sticker", "unsupported"
]
MediaKind: TypeAlias = Literal["image", "video", "video_note", "audio", "document", "sticker"]
MEDIA_KINDS: Final[tuple[MediaKind, ...]] = ("image", "video", "video_note", "audio", "document", "sticker")


@dataclass(frozen=True, slots=True)
class Party:
    """One person under the names an event gives: number, LID, or both (then they are aliases), or neither."""

    pn: Jid | None
    lid: Jid | None

    @property
    def jid(self) -> Jid | None:
        """The number if it is known, else the LID."""
        return self.pn or self.lid


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat an event belongs to. `jid` as the gateway resolved it, `lid` if a LID of it is known too."""

    jid: Jid
    lid: Jid | None = None

    @property
    def is_group(self) -> bool:
        return self.jid.is_group

    @property
    def party(self) -> Party:
        """The other side of a chat of two; nobody for a group."""
        return Party(self.jid if self.jid.is_pn else None, None if self.is_group else self.lid)


@dataclass(frozen=True, slots=True)
class MediaRef:
    """Where the bytes of one file may be had. With neither path nor url: ask the provider by message id.

    `path` is exactly as it was sent (`statics/media/x.ogg; codecs=opus`). `url` is encrypted at WhatsApp and of
    no use by itself. `filename` and `mime` are the sender's claims.
    """

    kind: MediaKind
    path: str | None = None
    url: str | None = None
    filename: str | None = None
    mime: str | None = None


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """Something that stands in a chat under an id of its own.

    `what` is set for kind `unsupported` and says what it was: `message.reaction`, `message.edited`,
    `message.revoked`, `location`, `live_location`, `contact`, `contacts_array`, `list`, `order`, `interactive`,
    `view_once`, `empty` (poll, button reply, failed download: the gateway does not say), else the event's name.
    `at` is None when the time is missing or unreadable. `text` of a media message is its caption.

    `extras`, each only when sent: `target` (id that a reaction, edit or revoke is about), `reaction`,
    `chat_name`, `display_name`, `referral`, `history` (True: an old message asked for later).
    """

    device: Jid | None
    session: str
    source_id: str
    chat: Chat
    author: Party
    from_me: bool
    at: datetime | None
    kind: Kind
    text: str = ""
    media: tuple[MediaRef, ...] = ()
    quoted_id: str | None = None
    quoted_text: str | None = None
    push_name: str | None = None
    forwarded: bool = False
    view_once: bool = False
    what: str = ""
    extras: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ReceiptEvent:
    """`sender` got or read the messages `ids`. Find them by id: `chat` may be a LID we cannot place yet.

    Our own reading on the phone comes as a receipt as well; then the ids are incoming messages.
    """

    device: Jid | None
    session: str
    ids: tuple[str, ...]
    chat: Jid
    sender: Party
    status: Literal["delivered", "read"]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PresenceEvent:
    """`sender` is writing (`composing`, with media `audio`: recording) or stopped (`paused`, not guaranteed)."""

    device: Jid | None
    session: str
    chat: Jid
    sender: Party
    state: str
    media: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """A genuine event that makes no message: calls, groups, labels, newsletters ... `why` is for the log."""

    device: Jid | None
    session: str
    name: str
    why: str


Event: TypeAlias = MessageEvent | ReceiptEvent | PresenceEvent | UnknownEvent
