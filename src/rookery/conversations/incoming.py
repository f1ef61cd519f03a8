"""What processing hands to the domain: facts of the wire in the domain's own words.

The domain knows no provider. `at` is WhatsApp's second, already made plausible; texts are clean.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alias:
    """One address of a person or group: `kind` pn, lid or group; canonical `key`; the `jid` as it was seen."""

    kind: str
    key: str
    jid: str


@dataclass(frozen=True, slots=True)
class Place:
    """The inbox an event belongs to, and what its handling depends on. `own`: keys of the number itself."""

    account_id: int
    inbox_id: int
    channel_id: int
    after_resolved: str
    own: frozenset[tuple[str, str]]


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
    history: bool = False


@dataclass(frozen=True, slots=True)
class IncomingReceipt:
    """Somebody (`sender`) got or read messages. The chat may be a LID that nobody has explained yet."""

    source_ids: tuple[str, ...]
    chat: tuple[Alias, ...]
    sender: tuple[Alias, ...]
    status: str
    at: int
