"""A row of the gateway's record in the domain's words (gateway contract 4.4).

A row knows less than the event did: no quote, no push name of the moment, no forwarded mark, no path of a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from rookery.conversations.incoming import (
    Alias,
    IncomingCall,
    IncomingChange,
    IncomingFile,
    IncomingMessage,
    Origin,
)
from rookery.processing.translate import alias_of, plausible
from rookery.providers.commands import RecordRow
from rookery.providers.events import MEDIA_KINDS
from rookery.waid import BadJid, Jid

CALL = "call"
_CALL_ID = "call:"
# Events name people by number where the record may name them by LID (contract 6.3).
_MENTION = re.compile(r"@\d{5,20}\b")
# How the record dresses up what an API sent (contract 4.4): the mark, and the word where there is no caption.
_DRESS = {
    "image": ("🖼️", ("Image",)),
    "video": ("🎥", ("Video",)),
    "audio": ("🎵", ("Audio",)),
    "sticker": ("🎨", ("Sticker", "Animated Sticker")),
    "document": ("📄", ("Document",)),
}


def chat_of(jid: Jid) -> tuple[Alias, ...]:
    """The chat's alias. Raises BadJid for newsletters, broadcasts and other nobodies."""
    return (alias_of(jid),)


def message(row: RecordRow, chat: Jid, *, now: int, origin: Origin) -> IncomingMessage | None:
    """The row as a message; None when it is no message (calls) or has no time, so that nobody can place it."""
    if row.media_type == CALL or row.at is None:
        return None
    at, replaced = plausible(row.at, now)
    aliases = chat_of(chat)
    is_media = row.media_type in MEDIA_KINDS
    known = is_media or not row.media_type
    return IncomingMessage(
        source_id=row.id[:128],
        from_me=row.from_me,
        is_group=chat.is_group,
        chat=aliases,
        author=() if row.from_me else _author(row, chat, aliases),
        at=at,
        at_replaced=replaced,
        kind=(row.media_type or "text") if known else "unsupported",
        content=text_of(row),
        push_name="" if row.from_me else _name(row),
        unsupported="" if known else row.media_type[:60],
        files=(_file(row),) if is_media else (),
        origin=origin,
    )


def text_of(row: RecordRow) -> str:
    """Text or caption, without what the record adds to files that an API sent."""
    if not row.is_ad or row.media_type not in _DRESS:
        return row.content
    mark, words = _DRESS[row.media_type]
    if not row.content.startswith(mark):
        return row.content
    bare = row.content.removeprefix(mark).strip()
    is_placeholder = bare in words or (row.media_type == "document" and bare == row.filename)
    return "" if is_placeholder else bare


def call(row: RecordRow, chat: Jid, *, now: int) -> IncomingCall | None:
    """The row as a call that rang here; None for every other row and for calls of ours."""
    if row.media_type != CALL or row.from_me or row.at is None:
        return None
    call_id = row.id.removeprefix(_CALL_ID)[:128]
    aliases = chat_of(chat)
    caller = _author(row, chat, aliases)
    if not call_id or not caller:
        return None
    return IncomingCall(
        call_id=call_id,
        is_group=chat.is_group,
        chat=aliases,
        caller=caller,
        at=plausible(row.at, now)[0],
        auto_rejected=bool(row.call.get("auto_rejected")),
    )


def reactions(row: RecordRow, chat: Jid, *, now: int) -> Iterator[IncomingChange]:
    """The reactions on a row. Their ids are made of what they say, so that the same row says it once."""
    aliases = chat_of(chat)
    for one in row.reactions:
        author = _reacting(one.sender, chat, aliases) if not one.from_me else ()
        if author is None:
            continue
        at = plausible(one.at or row.at, now)[0]
        who = author[0].key if author else "own"
        yield IncomingChange(
            kind="reaction",
            source_id=f"record:{row.id}:{who}:{at}"[:128],
            target=row.id[:128],
            from_me=one.from_me,
            is_group=chat.is_group,
            chat=aliases,
            author=author,
            at=at,
            value=one.emoji,
        )


def edit(row: RecordRow, chat: Jid, *, at: int) -> IncomingChange:
    """The row's text as an edit of its message, made at `at`."""
    aliases = chat_of(chat)
    return IncomingChange(
        kind="edit",
        source_id=f"record:{row.id}:{at}"[:128],
        target=row.id[:128],
        from_me=row.from_me,
        is_group=chat.is_group,
        chat=aliases,
        author=() if row.from_me else _author(row, chat, aliases),
        at=at,
        value=row.content,
    )


def same_text(one: str, other: str) -> bool:
    """Whether two texts are one, however characters are composed, spaces counted and people mentioned."""
    return _plain(one) == _plain(other)


def second_of(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _plain(text: str) -> str:
    return _MENTION.sub("@", " ".join(unicodedata.normalize("NFC", text).split()))


def _author(row: RecordRow, chat: Jid, aliases: tuple[Alias, ...]) -> tuple[Alias, ...]:
    if not chat.is_group:
        return aliases
    return _alias(row.sender) or ()


def _reacting(sender: Jid | None, chat: Jid, aliases: tuple[Alias, ...]) -> tuple[Alias, ...] | None:
    """In a chat of two somebody who is not us is the other side."""
    return aliases if not chat.is_group else _alias(sender)


def _alias(jid: Jid | None) -> tuple[Alias, ...] | None:
    if jid is None:
        return None
    try:
        return (alias_of(jid.bare),)
    except BadJid:
        return None


def _name(row: RecordRow) -> str:
    """The record fills in the number where it knows no name."""
    name = row.sender_name[:255]
    digits = name.removeprefix("+").replace(" ", "").replace("-", "")
    return "" if digits.isdigit() else name


def _file(row: RecordRow) -> IncomingFile:
    # Only a document's name is the sender's; the others are made up by the record.
    return IncomingFile(row.media_type, name=row.filename[:255] if row.media_type == "document" else "")
