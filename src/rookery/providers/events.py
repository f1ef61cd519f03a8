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
    "text",
    "image",
    "video",
    "video_note",
    "audio",
    "document",
    "sticker",
    "contact",
    "location",
    "live_location",
    "list",
    "order",
    "interactive",
    "unsupported",
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

    `what` is set for kind `unsupported` and says what it was: `view_once`, `empty` (poll, vote, button or list
    answer, failed download: the gateway does not say which), else the event's name. `at` is None when the time is
    missing or unreadable. `text` of a media message is its caption.

    `details` by kind, JSON values only, every key optional unless noted:
      contact        {"cards": [{"name", "phones": [...], "emails": [...], "org"}, ...]} (cards always)
      location, live_location  {"lat", "lon", "name", "address", "url", "accuracy", "caption", "thumbnail"}
      list           {"title", "description", "button", "footer", "sections": [{"title", "rows": [{"title", "description"}]}]}
      order          {"title", "message", "items", "amount", "currency", "status", "thumbnail"}
                     (amount: decimal text; status: 1 inquiry, 2 accepted, 3 declined)
      interactive    {"text"}
    and for any kind {"referral": {...}} (contract 6.4.7). `thumbnail` is base64 of a JPEG of 64 KB at most.

    `extras`, each only when sent: `chat_name`, `display_name`, `history` (True: an old message asked for later).
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
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    extras: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ReactionEvent:
    """`author` puts `emoji` on the message `target`; "" withdraws. `source_id` is the reaction's own id."""

    device: Jid | None
    session: str
    source_id: str
    chat: Chat
    author: Party
    from_me: bool
    at: datetime | None
    target: str
    emoji: str
    push_name: str | None = None


@dataclass(frozen=True, slots=True)
class EditEvent:
    """`author` says that `target` reads `text` now; None: a caption changed and the gateway does not tell to what.

    `source_id` is the edit's own id. Every edit of a message names the first id.
    """

    device: Jid | None
    session: str
    source_id: str
    chat: Chat
    author: Party
    from_me: bool
    at: datetime | None
    target: str
    text: str | None
    push_name: str | None = None


@dataclass(frozen=True, slots=True)
class RevokeEvent:
    """`author` deletes `target` for everyone: its author, or an admin of the group. `source_id` is the event's own."""

    device: Jid | None
    session: str
    source_id: str
    chat: Chat
    author: Party
    from_me: bool
    at: datetime | None
    target: str
    push_name: str | None = None


@dataclass(frozen=True, slots=True)
class DeletedForMeEvent:
    """Somebody of ours removed `target` from their own phone; the customer still has it. `at` is processing time."""

    device: Jid | None
    session: str
    chat: Chat
    at: datetime | None
    target: str
    was_from_me: bool


@dataclass(frozen=True, slots=True)
class GroupEvent:
    """A group's people changed. `joined`: our own number came in (`subject` and `reason` may be named)."""

    device: Jid | None
    session: str
    chat: Chat
    change: Literal["join", "leave", "promote", "demote", "joined"]
    people: tuple[Party, ...]
    at: datetime | None
    subject: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallEvent:
    """A call comes in; nobody tells how it ends. `group` is the group's JID for a group call."""

    device: Jid | None
    session: str
    call_id: str
    caller: Party
    at: datetime | None
    auto_rejected: bool = False
    group: Jid | None = None
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """A label of WhatsApp Business was made, changed or deleted; None: that was not said."""

    device: Jid | None
    session: str
    label_id: str
    at: datetime | None
    name: str | None = None
    color: int | None = None
    deleted: bool | None = None


@dataclass(frozen=True, slots=True)
class ChatLabelEvent:
    """A label was put on a chat or taken off it."""

    device: Jid | None
    session: str
    label_id: str
    labeled: bool
    chat: Chat
    at: datetime | None


@dataclass(frozen=True, slots=True)
class HistoryReadyEvent:
    """The gateway has finished reading the phone's history: a good moment to catch up (the fork alone says so)."""

    device: Jid | None
    session: str
    sync_type: str


@dataclass(frozen=True, slots=True)
class QuietEvent:
    """A genuine event that asks for nothing: internal messages of gateway 7, newsletter counters. `why` is for the log."""

    device: Jid | None
    session: str
    name: str
    why: str


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
    status: Literal["delivered", "read", "played"]
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
    """A genuine event of a kind nobody has heard of; counted, kept, replayable after an upgrade. `why` is for the log."""

    device: Jid | None
    session: str
    name: str
    why: str


Event: TypeAlias = (
    MessageEvent
    | ReactionEvent
    | EditEvent
    | RevokeEvent
    | DeletedForMeEvent
    | ReceiptEvent
    | GroupEvent
    | CallEvent
    | LabelEvent
    | ChatLabelEvent
    | HistoryReadyEvent
    | PresenceEvent
    | QuietEvent
    | UnknownEvent
)
