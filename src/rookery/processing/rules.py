"""Which events an inbox does not want: its rules for groups, its ignored addresses, newsletters.

What a rule leaves out is done and counted; nothing of it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rookery.conversations.incoming import ChatRules
from rookery.providers.events import (
    CallEvent,
    ChatLabelEvent,
    DeletedForMeEvent,
    EditEvent,
    Event,
    GroupEvent,
    MessageEvent,
    Party,
    ReactionEvent,
    ReceiptEvent,
    RevokeEvent,
)
from rookery.waid import BadJid, Jid, address_key

_MENTION = re.compile(r"@([0-9]{5,20})")


def left_out(rules: ChatRules, event: Event) -> str:
    """The rule that leaves an event out: newsletters, ignored, groups; "" for none.

    Under the rule `mentioned` a group's messages are judged by `mentions`, when it can be known what they quote.
    """
    jids = _jids(event)
    if not rules.newsletters and any(jid.is_newsletter for jid in jids):
        return "newsletters"
    if rules.ignored and any(_matches(entry, jid) for entry in rules.ignored for jid in jids):
        return "ignored"
    group = next((jid for jid in jids if jid.is_group), None)
    if group is None or rules.groups in ("all", "mentioned"):
        return ""
    listed = rules.groups == "list" and group.user in rules.group_list
    return "" if listed else "groups"


def mentions(text: str, own: frozenset[tuple[str, str]]) -> bool:
    """Whether a text names our number or LID as `@<digits>`."""
    if "@" not in text:
        return False
    return any(not own.isdisjoint(_keys(digits)) for digits in _MENTION.findall(text))


def _keys(digits: str) -> Iterable[tuple[str, str]]:
    return (address_key(Jid(digits, server)) for server in ("s.whatsapp.net", "lid"))


def _jids(event: Event) -> list[Jid]:
    """Addresses of an event's chat and author."""
    found: list[Jid | None] = []
    if isinstance(event, ReceiptEvent):
        found = [event.chat]
    elif isinstance(event, CallEvent):
        found = [event.group, *_of(event.caller)]
    elif isinstance(event, (GroupEvent, ChatLabelEvent, DeletedForMeEvent)):
        found = [event.chat.jid, event.chat.lid]
    elif isinstance(event, (MessageEvent, ReactionEvent, EditEvent, RevokeEvent)):
        found = [event.chat.jid, event.chat.lid, *([] if event.from_me else _of(event.author))]
    return [jid for jid in found if jid is not None]


def _of(party: Party) -> list[Jid | None]:
    return [party.pn, party.lid]


def _matches(entry: str, jid: Jid) -> bool:
    """A suffix that begins with `@`, or one address in any of its spellings."""
    if entry.startswith("@"):
        return str(jid).endswith(entry)
    try:
        return str(jid.bare) == entry or address_key(Jid.parse(entry)) == address_key(jid)
    except BadJid:
        return False


def is_group_message(event: Event) -> bool:
    """Whether the rule `mentioned` looks at it: somebody else's message in a group."""
    return isinstance(event, MessageEvent) and event.chat.is_group and not event.from_me
