"""What the simulated world is made of; every struct here is stored as JSON by `store`."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field


class Contact(Struct, kw_only=True):
    """A simulated person. `phone` is digits as WhatsApp registered them."""

    phone: str
    name: str
    lid: str | None = None
    """The hidden address (`...@lid`), or None for somebody known by number only."""
    lid_known: bool = True
    """Whether the gateway knows which number belongs to `lid`."""
    registered: bool = True
    receives: bool = True
    """Whether `delivered` receipts are sent."""
    reads: bool = True
    """Whether `read` receipts follow by themselves."""
    replies: bool = False
    saved_name: str = ""
    about: str = "Available"
    avatar: bool = False
    avatar_hidden: bool = False
    avatar_slow: bool = False
    """WhatsApp takes longer than the gateway waits for the picture: 408."""
    avatar_version: int = 0
    """Another number, another picture."""
    quiet_ack: bool = False
    """Only linked devices answer: no receipt ever comes (contract 6.4.12)."""
    linked_devices: list[int] = field(default_factory=list)
    """Device numbers of this person's WhatsApp Web or desktop; v7 forwards their receipts too."""
    stored_as_lid: bool = False
    """The gateway's record keeps the chat under the LID although events name the number (contract 7, 41)."""
    stored_name: str = ""
    """The name under which the gateway stored the chat, if not the person's: sometimes our own (contract 7, 19)."""


class Member(Struct, kw_only=True):
    phone: str
    admin: bool = False
    owner: bool = False


class Group(Struct, kw_only=True):
    jid: str
    subject: str
    topic: str = ""
    created_at: int = 0
    members: list[Member] = field(default_factory=list)
    subject_set_at: int = 0
    subject_set_by: str = ""
    """Phone; empty: the owner, when the group was made."""
    locked: bool = False
    announce: bool = False
    timer: int = 0
    addressing: str = ""
    """`pn` or `lid`; empty: lid as soon as a member has one."""
    in_history: bool = False
    """A history sync told the subject; until then the gateway calls the chat `Group <id>`."""
    avatar: bool = False
    avatar_version: int = 0

    def member(self, phone: str) -> Member | None:
        return next((member for member in self.members if member.phone == phone), None)


class Newsletter(Struct, kw_only=True):
    """A channel that the linked account follows; `posts` counts up to the next `server_id`."""

    jid: str
    name: str
    description: str = ""
    role: str = "subscriber"
    muted: bool = False
    posts: int = 100


class ChatState(Struct, kw_only=True):
    """What the account has set for one chat. `timer`: seconds until its messages disappear, 0 for never."""

    archived: bool = False
    pinned: bool = False
    timer: int = 0


class Media(Struct, kw_only=True):
    """A file of a message; its bytes lie in the blob store under `sha256`."""

    name: str
    mime: str
    size: int
    sha256: str


class Reaction(Struct, kw_only=True):
    author: str
    emoji: str
    at: int
    stored: bool = True
    """False for reactions sent through the API, which the gateway does not store."""


class Row(Struct, kw_only=True):
    """The gateway's own stored copy of a message; it can lag behind or differ from what phones show."""

    content: str
    sender: str
    visible_at: float
    created_at: int
    updated_at: int
    at: int | None = None
    """Another time than the message's: an edit of something unknown makes a row with the edit's own time."""


class Message(Struct, kw_only=True):
    """One message as the phones of its chat know it. `at` is WhatsApp's second; `seq` orders within one."""

    id: str
    account: str
    chat: str
    """Phone of the other person, or JID of a group, newsletter or broadcast."""
    author: str
    from_me: bool
    kind: str
    text: str
    at: int
    seq: int
    media: Media | None = None
    reply_to: str | None = None
    forwarded: bool = False
    view_once: bool = False
    edited: bool = False
    revoked: bool = False
    reactions: list[Reaction] = field(default_factory=list)
    status: str = "sent"
    via: str = "peer"
    """Who made it: `peer`, `phone` (typed on the linked phone) or `api`."""
    row: Row | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    """Content key (contact, location, ...) to its object, as it stands in the webhook."""
    linked: int = 0
    """Number of the linked device it was written on; 0: the phone."""
    mentions: list[str] = field(default_factory=list)
    """Phones named with `@` in the text."""
    quoted: str = ""
    """The quoted text, where the quoted message is none that this world knows."""

    @property
    def row_at(self) -> int:
        """The time of the gateway's row."""
        return self.at if self.row is None or self.row.at is None else self.row.at


class Hook(Struct, kw_only=True):
    """Where events go: comma-separated `url`s, secret, whitelist of event names, ignored JIDs."""

    url: str = ""
    secret: str = ""
    events: str = ""
    insecure_skip_verify: bool = False
    ignore_jids: str = ""


class Slot(Struct, kw_only=True):
    """A device slot of the gateway (contract 3.1). `phone` is empty until paired."""

    id: str
    phone: str = ""
    device: int = 0
    push_name: str = ""
    lid: str | None = None
    client: bool = False
    connected: bool = False
    banned: bool = False
    hook: Hook | None = None
    created_at: str = ""
    removed: bool = False
    """Deleted from the registry while its session lives on (v8's DELETE)."""

    @property
    def jid(self) -> str:
        return f"{self.phone}@s.whatsapp.net" if self.phone else ""

    @property
    def ad_jid(self) -> str:
        return f"{self.phone}:{self.device}@s.whatsapp.net" if self.phone else ""

    @property
    def online(self) -> bool:
        return self.connected and bool(self.phone)

    @property
    def state(self) -> str:
        if not self.connected:
            return "disconnected"
        return "logged_in" if self.phone else "connected"
