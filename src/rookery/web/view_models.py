"""What templates may read: frozen view-models with plain attributes, every word already translated.

Presenters make them, templates show them. Nothing in `Bubble` depends on who looks or where: it is rendered
once and shared (see `bubbles.py`). Texts are raw; Jinja escapes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rookery.web.kind_models import Card, Deleted, Gap, Order, Place, Prompt, Reacted, Readers, Referral


@dataclass(frozen=True, slots=True)
class Avatar:
    """A round picture or initials on one of twelve tints (`hue` 0 to 11)."""

    initials: str
    hue: int
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """How far an outgoing message came. `name` is what a screen reader says."""

    state: str
    icon: str
    name: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The last message of a row in one line."""

    text: str
    icon: str = ""
    author: str = ""
    tick: Tick | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation in the list. `id` is the display id."""

    id: int
    url: str
    name: str
    avatar: Avatar
    order: str
    preview: Preview
    at: datetime | None = None
    unread: int = 0
    inbox: str = ""
    status: str = ""
    assignee: Avatar | None = None
    assignee_name: str = ""
    group: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A choice that is an address: a tab, a filter, a status."""

    label: str
    url: str
    current: bool = False
    count: int | None = None
    rows_url: str = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """What a page says when there is nothing: what will appear, and the one next step."""

    title: str
    words: str
    icon: str = "inbox"
    action: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class RowsPage:
    rows: tuple[Row, ...]
    empty: Empty
    unread: int = 0
    more_url: str = ""
    more_page: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """The list column: its tabs, filters, search and rows."""

    rows: RowsPage
    src: str
    tabs: tuple[Link, ...]
    statuses: tuple[Link, ...]
    inboxes: tuple[Link, ...] = ()
    query: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    title: str = ""
    filtered: bool = False


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a bubble. `key` tells persons apart (`c5` contact, `u3` user, `phone`, `program`)."""

    key: str
    name: str = ""
    hue: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """The message a reply points to; `message_id` is None when we do not have it."""

    author: str
    text: str
    message_id: int | None = None
    icon: str = ""
    thumb: str = ""


@dataclass(frozen=True, slots=True)
class Media:
    """One file of a bubble. `state`: ready, waiting, failed or gone; sizes are CSS pixels to reserve."""

    kind: str
    state: str
    name: str
    url: str = ""
    thumb: str = ""
    size: str = ""
    label: str = ""
    width: int = 240
    height: int = 180
    seconds: int = 0
    duration: str = ""
    waveform: str = ""
    words: str = ""
    retry_url: str = ""
    voice: bool = False
    round: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a verdict."""

    label: str
    url: str
    method: str = "post"
    value: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an outgoing message is not on its way, and what the agent can do: failed, uncertain or stale."""

    state: str
    title: str
    words: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message. `order` is `<unix seconds, 12 digits>.<tie>`, the place in the log."""

    id: int
    dom_id: str
    kind: str
    direction: str
    order: str
    version: int
    at: datetime
    author: Author
    text: str = ""
    emoji: bool = False
    quote: Quote | None = None
    media: tuple[Media, ...] = ()
    tick: Tick | None = None
    verdict: Verdict | None = None
    label: str = ""
    show_name: bool = False
    face: Avatar | None = None  # of its author, in groups
    spoken: str = ""
    mentions: tuple[tuple[str, str], ...] = ()  # digits of a mention, and who that is
    icon: str = ""
    forwarded: bool = False
    view_once: bool = False
    answer: bool = False
    edited: bool = False
    hidden: bool = False
    deleted: Deleted | None = None
    place: Place | None = None
    cards: tuple[Card, ...] = ()
    prompt: Prompt | None = None
    order_form: Order | None = None
    referral: Referral | None = None
    gap: Gap | None = None
    reactions: tuple[Reacted, ...] = ()
    readers: Readers | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """A part of the log, oldest first, as rendered bubbles with the days between them.

    `before` is the order to ask older ones with, empty when there are none; `cursor` a journal position.
    """

    src: str
    lines: tuple[Line, ...]
    before: str = ""
    cursor: str = ""
    unread: int = 0
    gone: tuple[str, ...] = ()  # references of bubbles to take away


@dataclass(frozen=True, slots=True)
class Line:
    """A day line, the unread line or a bubble: exactly one is set."""

    bubble: Bubble | None = None
    first: bool = False
    day: datetime | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Banner:
    words: str
    action: str = ""
    url: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The bar above the log."""

    id: int
    name: str
    avatar: Avatar
    subtitle: str
    resolved: bool
    status: str
    resolution_url: str
    assignment_url: str
    mine: bool = False
    assignee_name: str = ""
    assignee: Avatar | None = None
    agents: tuple[Option, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()  # of WhatsApp Business, with their hue


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    current: bool = False
    avatar: Avatar | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    conversation: int
    action: str
    user: int
    client_ref: str
    max_bytes: int
    max_files: int
    max_text: int
    disabled: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the contact panel."""

    label: str
    value: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another conversation with the same person."""

    id: int
    url: str
    words: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    name: str
    avatar: Avatar
    subtitle: str
    facts: tuple[Fact, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()
    media: tuple[Media, ...] = ()
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationPage:
    id: int
    head: Head
    log: Log
    composer: Composer
    panel: Panel
    read_url: str
    banner: Banner | None = None
    older_url: str = ""
    older_state: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """One WhatsApp number of the team and how its phone is. `tone`: good, warn, bad or quiet."""

    name: str
    phone: str
    state: str
    tone: str
    words: str
    facts: tuple[Fact, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Flash:
    """A sentence over the page; a warning stays until it is closed."""

    words: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """What every signed-in page carries around its content."""

    user_id: int
    user_name: str
    user_email: str
    user_avatar: Avatar
    account_name: str
    cursor: str
    theme: str = ""
    sound: bool = True
    administrator: bool = False
    unread: int = 0
    attention: str = ""
    section: str = "inbox"
