"""Messages as bubbles, quotes and previews. Nothing here asks the database: `queries.with_parts` loaded it all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from rookery.conversations.models import Attachment, Contact, Message
from rookery.conversations.queries import Position
from rookery.web.formatting import is_big_emoji, mentions, plain
from rookery.web.presenters import avatars, files, gaps, kinds, people, remarks, states
from rookery.web.presenters.around import NOTHING, Around
from rookery.web.view_models import Author, Avatar, Bubble, Preview, Quote

KINDS = frozenset({"text", "image", "video", "video_note", "audio", "document", "sticker"})
PREVIEW = 160
QUOTED = 300
SPOKEN = 200
LONGEST = 4_000
SECONDS = 12


def order(message: Message) -> str:
    """The place of a message as text that sorts like the place itself."""
    return f"{message.at:012d}.{message.tie}"


def position(text: str) -> Position | None:
    """The place that `order` wrote; None for anything else."""
    seconds, dot, tie = text.partition(".")
    if not dot or "\x00" in tie or len(seconds) > SECONDS or not (seconds.isascii() and seconds.isdecimal()):
        return None
    return int(seconds), tie


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def bubble(message: Message, contact: Contact, around: Around = NOTHING) -> Bubble:
    """The bubble of a message loaded with its parts; `contact` is the conversation's.

    Of a message that was deleted for everyone it holds nothing that was said: bubbles are shared by all who look.
    """
    kind, direction = _kind(message), _direction(message)
    author = _author(message)
    incoming, in_group = direction == "in", contact.kind == Contact.Kind.GROUP
    made = Bubble(
        id=message.pk,
        dom_id=f"m-{message.client_ref}",
        kind=kind,
        direction=direction,
        order=order(message),
        version=message.version,
        at=moment(message.at),
        author=author,
        tick=states.tick(message),
        verdict=states.verdict(message),
        label=_label(message, author) if direction == "out" else "",
        show_name=incoming and in_group,
        face=_face(message) if incoming and in_group else None,
        spoken=f"{author.name}: {preview_text(message)[:SPOKEN]}" if incoming else "",
        hidden=message.hidden_at is not None,
        deleted=remarks.deleted(message, around),
    )
    return made if made.deleted else replace(made, **_said(message, kind, around))


def _said(message: Message, kind: str, around: Around) -> dict[str, Any]:
    """What a bubble holds unless its message was deleted."""
    common = {
        "text": _text(message, kind, around),
        "emoji": kind == "text" and is_big_emoji(message.content),
        "quote": _quote(message),
        "media": tuple(files.media(attachment) for attachment in message.attachments.all()),
        "mentions": _mentions(message, around),
        "icon": kinds.ICONS.get(message.kind, ""),
        "forwarded": message.forwarded,
        "view_once": message.view_once and kind != "unsupported",
        "answer": bool(message.details.get("answer")),
        "edited": message.edited_at is not None,
        "referral": kinds.referral(message),
        "reactions": remarks.reactions(message, around),
        "readers": remarks.readers(message, around),
    }
    return common | _of_kind(message, kind)


def _of_kind(message: Message, kind: str) -> dict[str, Any]:
    if kind in ("location", "live_location"):
        return {"place": kinds.place(message)}
    if kind == "contact":
        return {"cards": kinds.cards(message)}
    if kind == "list":
        return {"prompt": kinds.prompt(message)}
    if kind == "order":
        return {"order_form": kinds.order(message)}
    return {"gap": gaps.gap(message)} if kind == "unsupported" else {}


def preview(message: Message, contact: Contact) -> Preview:
    """One line for the list."""
    in_group = message.direction == Message.Direction.IN and contact.kind == Contact.Kind.GROUP
    name = people.first_name(people.contact_author(message.author).name) if in_group else ""
    return Preview(preview_text(message), _icon(message), name, states.tick(message))


def preview_text(message: Message) -> str:
    """The text on one line, else what the message is."""
    if message.revoked_at is not None:
        return _("Deleted message")
    text = plain(message.content[:PREVIEW])
    if text and message.kind not in kinds.SHOWN:
        return text
    first = _first_file(message)
    if first is not None:
        return files.summary(first)
    if message.kind in kinds.SHOWN or message.kind == "group_change":
        return kinds.summary(message)[:PREVIEW]
    return "" if message.direction == Message.Direction.ACTIVITY else gaps.word(message)


def _icon(message: Message) -> str:
    if message.private:
        return "note"
    if message.revoked_at is not None:
        return "trash"
    first = _first_file(message)
    return files.ICONS[files.family(first)] if first is not None else kinds.ICONS.get(message.kind, "")


def _first_file(message: Message) -> Attachment | None:
    return next(iter(message.attachments.all()), None)


def _kind(message: Message) -> str:
    if message.direction == Message.Direction.ACTIVITY:
        return "activity"
    if message.revoked_at is not None:
        return "revoked"
    if message.private:
        return "note"
    first = _first_file(message)
    if first is not None:
        return files.family(first)
    if message.kind in kinds.SHOWN:
        lost = message.kind in ("location", "live_location") and kinds.place(message) is None
        return "unsupported" if lost else message.kind
    # A file that never came leaves its caption.
    return "text" if message.kind == "text" or (message.kind in KINDS and message.content) else "unsupported"


def _text(message: Message, kind: str, around: Around) -> str:
    if kind == "activity" and message.kind == "group_change":
        return remarks.group_line(message, around)
    if message.kind == "call" and not message.content:
        return kinds.call(message)
    if kind == "interactive":
        text = message.details.get("text")
        return message.content or (text[:LONGEST] if isinstance(text, str) else "")
    return message.content


def _mentions(message: Message, around: Around) -> tuple[tuple[str, str], ...]:
    named = around.marks.named
    found = (one for one in (mentions(message.content) if named else ()) if one in named)
    return tuple((one, people.contact_name(named[one])) for one in found)


def _face(message: Message) -> Avatar:
    return avatars.contact_avatar(message.author) if message.author is not None else Avatar("?", 0)


def _direction(message: Message) -> str:
    return "note" if message.private else message.direction


def _author(message: Message) -> Author:
    if message.direction == Message.Direction.IN:
        return people.contact_author(message.author)
    if message.user is not None:
        return Author(f"u{message.user_id}", people.user_name(message.user), people.hue(message.user.pk))
    return Author(message.via, _via(message))


def _label(message: Message, author: Author) -> str:
    return people.first_name(author.name) if message.user is not None else _via(message)


def _via(message: Message) -> str:
    return {"phone": _("from the phone"), "other": _("another program"), "api": _("API")}.get(message.via, "")


def _quote(message: Message) -> Quote | None:
    quoted: Message | None = message.quoted  # type: ignore[attr-defined]
    if quoted is None:
        if not message.quoted_source_id:
            return None
        return Quote("", plain(message.quoted_text[:QUOTED]) or _("A message that is not here"))
    if quoted.revoked_at is not None:
        return Quote(_author(quoted).name or _("You"), _("Deleted message"), _here(message, quoted), "trash")
    first = _first_file(quoted)
    kind = files.family(first) if first is not None else ""
    shown = files.media(first) if first is not None and kind in ("image", "video", "sticker") else None
    thumb = (shown.thumb or (shown.url if kind != "video" else "")) if shown is not None else ""
    text = "" if quoted.kind in kinds.SHOWN else plain(quoted.content[:QUOTED])
    return Quote(
        author=_author(quoted).name or _("You"),
        text=text or preview_text(quoted),
        message_id=_here(message, quoted),
        icon=_icon(quoted),
        thumb=thumb,
    )


def _here(message: Message, quoted: Message) -> int | None:
    return quoted.pk if quoted.conversation_id == message.conversation_id else None
