"""What processing hands to the domain: facts of the wire in the domain's own words.

The domain knows no provider. `at` is WhatsApp's second, already made plausible; texts are clean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Origin: TypeAlias = Literal["live", "gap", "archive"]
"""How a message reached us: as it happened; caught up after the channel's completeness mark (unread, reopens, rings
nobody); from before it (read, silent, in resolved conversations) (decisions B4)."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One address of a person or group: `kind` pn, lid or group; canonical `key`; the `jid` as it was seen."""

    kind: str
    key: str
    jid: str


@dataclass(frozen=True, slots=True)
class ChatRules:
    """Which chats an inbox takes in. `groups`: all, none, list (`group_list`, keys of address), mentioned.

    `ignored`: exact JIDs, or suffixes that begin with `@`, matched against chat and author. `newsletters`: whether
    channels one follows become conversations.
    """

    groups: Literal["all", "none", "list", "mentioned"] = "all"
    group_list: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    newsletters: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """The inbox an event belongs to, and what its handling depends on. `own`: keys of the number itself."""

    account_id: int
    inbox_id: int
    channel_id: int
    after_resolved: str
    own: frozenset[tuple[str, str]]
    rules: ChatRules = ChatRules()


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file of a message, not fetched yet; see `Attachment`."""

    kind: str
    path: str = ""
    url: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """A message that came through the gateway: a customer's, or (`from_me`) typed on the phone or by another program.

    `chat` names the other side of a direct chat or the group; `author` is who wrote it. First alias preferred.
    """

    source_id: str
    from_me: bool
    is_group: bool
    chat: tuple[Alias, ...]
    author: tuple[Alias, ...]
    at: int
    kind: str
    content: str = ""
    at_replaced: bool = False
    push_name: str = ""
    quoted_source_id: str = ""
    quoted_text: str = ""
    forwarded: bool = False
    view_once: bool = False
    unsupported: str = ""
    files: tuple[IncomingFile, ...] = ()
    raw_event_id: int | None = None
    origin: Origin = "live"
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    saved_name: str = ""  # the name under which the phone's owner saved the author, when the gateway tells
    chat_name: str = ""  # of the other side, on messages of our own

    @property
    def history(self) -> bool:
        """Older than what the team has worked on: no noise, nothing unread."""
        return self.origin == "archive"


@dataclass(frozen=True, slots=True)
class IncomingChange:
    """A claim about an earlier message; `source_id` is the claim's own id (the tie among changes of one second).

    `value`: the emoji ("" withdraws), or the new text (None: caption changed to nobody knows what).
    """

    kind: Literal["reaction", "edit", "revoke"]
    source_id: str
    target: str
    from_me: bool
    is_group: bool
    chat: tuple[Alias, ...]
    author: tuple[Alias, ...]
    at: int
    value: str | None = None
    push_name: str = ""


@dataclass(frozen=True, slots=True)
class IncomingDeletion:
    """Our own phone hides a message from itself; the customer still has it."""

    target: str
    chat: tuple[Alias, ...]
    at: int
    was_from_me: bool


@dataclass(frozen=True, slots=True)
class IncomingGroupChange:
    """`people` (each by all aliases known) joined, left, were promoted or demoted; `joined`: our number came in."""

    chat: tuple[Alias, ...]
    change: Literal["join", "leave", "promote", "demote", "joined"]
    people: tuple[tuple[Alias, ...], ...]
    at: int
    subject: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """Somebody rang; `chat` is the caller's, or the group's."""

    call_id: str
    is_group: bool
    chat: tuple[Alias, ...]
    caller: tuple[Alias, ...]
    at: int
    auto_rejected: bool = False


@dataclass(frozen=True, slots=True)
class IncomingLabel:
    """A WhatsApp Business label changed; None: not said."""

    label_id: str
    at: int
    event_id: str
    name: str | None = None
    color: int | None = None
    deleted: bool | None = None


@dataclass(frozen=True, slots=True)
class IncomingChatLabel:
    """A WhatsApp Business label was put on a chat or taken off it."""

    label_id: str
    labeled: bool
    is_group: bool
    chat: tuple[Alias, ...]
    at: int
    event_id: str


@dataclass(frozen=True, slots=True)
class IncomingReceipt:
    """Somebody (`sender`) got or read messages. The chat may be a LID that nobody has explained yet."""

    source_ids: tuple[str, ...]
    chat: tuple[Alias, ...]
    sender: tuple[Alias, ...]
    status: str
    at: int
