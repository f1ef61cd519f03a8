"""A provider's events in the domain's words, with times made plausible."""

from __future__ import annotations

from datetime import datetime

from rookery.conversations.incoming import Alias, IncomingFile, IncomingMessage, IncomingReceipt
from rookery.providers.events import Chat, MessageEvent, Party, ReceiptEvent
from rookery.waid import Jid, address_key

EARLIEST = 1_230_768_000  # 2009: WhatsApp did not exist before
FUTURE = 300  # seconds a message may be ahead of our clock


def alias_of(jid: Jid) -> Alias:
    """The alias a JID stands for. Raises BadJid for newsletters, broadcasts and other nobodies."""
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


def message(event: MessageEvent, raw_event_id: int, received_at: int) -> IncomingMessage:
    """A message event for the domain. Raises BadJid when its chat is nobody a conversation can be had with."""
    at, replaced = plausible(event.at, received_at)
    group = event.chat.is_group
    chat = chat_aliases(event.chat)
    author = () if event.from_me else _author(event, chat)
    return IncomingMessage(
        source_id=event.source_id[:128],
        from_me=event.from_me,
        is_group=group,
        chat=_with(chat, author) if not group and not event.from_me else chat,
        author=author,
        at=at,
        at_replaced=replaced,
        kind=event.kind,
        content=event.text,
        push_name="" if event.from_me else (event.push_name or "")[:255],
        quoted_source_id=(event.quoted_id or "")[:128],
        quoted_text=event.quoted_text or "",
        forwarded=event.forwarded,
        view_once=event.view_once,
        unsupported=event.what[:60],
        files=tuple(
            IncomingFile(ref.kind, (ref.path or "")[:1000], ref.url or "", (ref.filename or "")[:255])
            for ref in event.media
        ),
        raw_event_id=raw_event_id,
        history=bool(event.extras.get("history")),
    )


def receipt(event: ReceiptEvent, received_at: int) -> IncomingReceipt:
    """A receipt event for the domain. Raises BadJid when its chat is nobody's."""
    return IncomingReceipt(
        source_ids=tuple(dict.fromkeys(source_id[:128] for source_id in event.ids)),
        chat=(alias_of(event.chat),),
        sender=aliases_of(event.sender),
        status=event.status,
        at=plausible(event.at, received_at)[0],
    )


def plausible(at: datetime | None, received_at: int) -> tuple[int, bool]:
    """WhatsApp's second, or the time of receipt when that cannot be true; and whether it was replaced."""
    if at is None:
        return received_at, True
    second = int(at.timestamp())
    if second < EARLIEST or second > received_at + FUTURE:
        return received_at, True
    return second, False


def _author(event: MessageEvent, chat: tuple[Alias, ...]) -> tuple[Alias, ...]:
    return aliases_of(event.author) or (() if event.chat.is_group else chat)


def _with(chat: tuple[Alias, ...], author: tuple[Alias, ...]) -> tuple[Alias, ...]:
    """In a chat of two the author is the chat: what names one names the other, unless they contradict."""
    if any(one.kind == other.kind and one.key != other.key for one in chat for other in author):
        return chat
    known = {(alias.kind, alias.key) for alias in chat}
    merged = [*chat, *(alias for alias in author if (alias.kind, alias.key) not in known)]
    return tuple(sorted(merged, key=lambda alias: alias.kind != "pn"))
