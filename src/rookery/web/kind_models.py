"""What a bubble of a further kind holds, and what others did to it. Frozen, in words, with plain attributes.

Texts are raw (Jinja escapes them), on one line each and of bounded length unless said otherwise. Addresses are
made by presenters, never taken over from a message as they are.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A location. `url` leads to a map; `picture` to the small map that WhatsApp sent with it."""

    title: str
    coordinates: str
    url: str
    address: str = ""
    caption: str = ""
    picture: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True)
class Phone:
    """A number on a contact card; `start_url` opens a conversation with it ("" when it is no number)."""

    number: str
    start_url: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A contact that somebody sent."""

    name: str
    initials: str
    hue: int
    org: str = ""
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    save_url: str = ""
    picture: str = ""  # never: its address is a stranger's, and nothing is fetched from there


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[tuple[str, str], ...]  # (title, description)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A list to choose from, as a business sends it. `more`: lines that are left out."""

    title: str
    description: str
    button: str
    footer: str
    sections: tuple[Section, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Order:
    """An order from a catalogue."""

    title: str
    items: str
    amount: str
    note: str = ""
    state: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Referral:
    """The advertisement that led to this message. `url` is http or https; `host` says where it leads."""

    title: str
    text: str
    url: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands in place of a message that cannot be shown; `more_url` tells administrators where its event is."""

    title: str
    words: str
    icon: str = "question"
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class Deleted:
    """A message deleted for everyone. `url` shows what it said to those who may; `guarded`: administrators only."""

    words: str
    url: str = ""
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Reacted:
    """One emoji and everybody who put it there."""

    emoji: str
    count: int
    who: str
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Readers:
    """How far a message of ours came in a group, in a few words; `url` lists the people."""

    words: str
    url: str
