"""A provider's events in the domain's words, with times made plausible."""

from __future__ import annotations

from datetime import datetime

from rookery.conversations.incoming import Alias, IncomingFile, IncomingMessage
from rookery.providers.events import Chat, MessageEvent, Party
from rookery.waid import BadJid, Jid, address_key

EARLIEST = 1_230_768_000  # 2009: WhatsApp did not exist before
FUTURE = 300  # seconds a message may be ahead of our clock
MOST_ID = 128
MOST_NAME = 255


def alias_of(jid: Jid) -> Alias:
    """The alias a JID stands for. Raises BadJid for broadcasts and other nobodies."""
    kind, key = address_key(jid)
    return Alias(kind, key, str(jid.bare))


def aliases_of(party: Party) -> tuple[Alias, ...]:
    """Number first, then LID."""
    return tuple(alias_of(jid) for jid in (party.pn, party.lid) if jid is not None)


def chat_aliases(chat: Chat) -> tuple[Alias, ...]:
    """The chat's own alias first; in a chat of two, its LID beside it."""
    first = alias_of(chat.jid)
    if chat.is_group or chat.lid is None or chat.lid == chat.jid:
        return (first,)
    return (first, alias_of(chat.lid))


def both_sides(chat: Chat, author: Party, *, from_me: bool) -> tuple[tuple[Alias, ...], tuple[Alias, ...]]:
    """Chat and author of an event. Of our own the author is nobody; in a chat of two they are one person."""
    there = chat_aliases(chat)
    if from_me:
        return there, ()
    if chat.is_group:
        return there, aliases_of(author)
    who = _person(author) or there
    return _with(there, who), who


def message(event: MessageEvent, raw_event_id: int, received_at: int) -> IncomingMessage:
    """A message event for the domain. Raises BadJid when its chat is nobody a conversation can be had with."""
    at, replaced = plausible(event.at, received_at)
    chat, author = both_sides(event.chat, event.author, from_me=event.from_me)
    display, chat_name = event.extras.get("display_name"), event.extras.get("chat_name")
    return IncomingMessage(
        source_id=event.source_id[:MOST_ID],
        from_me=event.from_me,
        is_group=event.chat.is_group,
        chat=chat,
        author=author,
        at=at,
        at_replaced=replaced,
        kind=event.kind,
        content=event.text,
        push_name="" if event.from_me else (event.push_name or "")[:MOST_NAME],
        quoted_source_id=(event.quoted_id or "")[:MOST_ID],
        quoted_text=event.quoted_text or "",
        forwarded=event.forwarded,
        view_once=event.view_once,
        unsupported=event.what[:60],
        files=tuple(
            IncomingFile(ref.kind, (ref.path or "")[:1000], ref.url or "", (ref.filename or "")[:255])
            for ref in event.media
        ),
        raw_event_id=raw_event_id,
        origin="archive" if event.extras.get("history") else "live",
        details=event.details,
        saved_name="" if event.from_me else saved_name(event.push_name, display),
        chat_name=chat_name[:MOST_NAME] if event.from_me and isinstance(chat_name, str) else "",
    )


def saved_name(push_name: str | None, display_name: object) -> str:
    """What the phone's owner saved somebody as, "" when the gateway does not really say.

    Its display name is the saved one, else some push name, else digits (contract 6.3): beside a push name, only
    another word can be the saved one.
    """
    if not isinstance(display_name, str) or not push_name or display_name == push_name:
        return ""
    return "" if display_name.lstrip("+").isdigit() else display_name[:MOST_NAME]


def plausible(at: datetime | None, received_at: int) -> tuple[int, bool]:
    """WhatsApp's second, or the time of receipt when that cannot be true; and whether it was replaced."""
    if at is None:
        return received_at, True
    second = int(at.timestamp())
    if second < EARLIEST or second > received_at + FUTURE:
        return received_at, True
    return second, False


def _person(author: Party) -> tuple[Alias, ...]:
    """Of whoever an event names; the author of a newsletter's post is the newsletter."""
    try:
        return aliases_of(author)
    except BadJid:
        return ()


def _with(chat: tuple[Alias, ...], author: tuple[Alias, ...]) -> tuple[Alias, ...]:
    """In a chat of two the author is the chat: what names one names the other, unless they contradict."""
    if any(one.kind == other.kind and one.key != other.key for one in chat for other in author):
        return chat
    known = {(alias.kind, alias.key) for alias in chat}
    merged = [*chat, *(alias for alias in author if (alias.kind, alias.key) not in known)]
    return tuple(sorted(merged, key=lambda alias: alias.kind != "pn"))
