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
    quiet_ack: bool = False
    """Only linked devices answer: no receipt ever comes (contract 6.4.12)."""


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

    def member(self, phone: str) -> Member | None:
        return next((member for member in self.members if member.phone == phone), None)


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
