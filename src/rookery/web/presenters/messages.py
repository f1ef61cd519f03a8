"""Messages as bubbles, quotes and previews. Nothing here asks the database: `queries.with_parts` loaded it all."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from rookery.conversations.models import Attachment, Contact, Message
from rookery.conversations.queries import Position
from rookery.web.formatting import is_big_emoji, plain
from rookery.web.presenters import files, people, states
from rookery.web.view_models import Author, Bubble, Preview, Quote

KINDS = frozenset({"text", "image", "video", "audio", "document", "sticker"})
PREVIEW = 160
QUOTED = 300
SPOKEN = 200
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


def bubble(message: Message, contact: Contact) -> Bubble:
    """The bubble of a message loaded with its parts; `contact` is the conversation's."""
    kind, direction = _kind(message), _direction(message)
    author = _author(message)
    incoming = direction == "in"
    return Bubble(
        id=message.pk,
        dom_id=f"m-{message.client_ref}",
        kind=kind,
        direction=direction,
        order=order(message),
        version=message.version,
        at=moment(message.at),
        author=author,
        text=message.content,
        emoji=kind == "text" and is_big_emoji(message.content),
        quote=_quote(message),
        media=tuple(files.media(attachment) for attachment in message.attachments.all()),
        tick=states.tick(message),
        verdict=states.verdict(message),
        label=_label(message, author) if direction == "out" else "",
        show_name=incoming and contact.kind == Contact.Kind.GROUP,
        spoken=f"{author.name}: {preview_text(message)[:SPOKEN]}" if incoming else "",
    )


def preview(message: Message, contact: Contact) -> Preview:
    """One line for the list."""
    in_group = message.direction == Message.Direction.IN and contact.kind == Contact.Kind.GROUP
    name = people.first_name(people.contact_author(message.author).name) if in_group else ""
    icon = "note" if message.private else ""
    first = _first_file(message)
    if not icon and first is not None:
        icon = files.ICONS[files.family(first)]
    return Preview(preview_text(message), icon, name, states.tick(message))


def preview_text(message: Message) -> str:
    """The text on one line, else what the message is."""
    text = plain(message.content[:PREVIEW])
    if text:
        return text
    first = _first_file(message)
    if first is not None:
        return files.summary(first)
    return "" if message.direction == Message.Direction.ACTIVITY else _("Message of another kind")


def _first_file(message: Message) -> Attachment | None:
    return next(iter(message.attachments.all()), None)


def _kind(message: Message) -> str:
    if message.direction == Message.Direction.ACTIVITY:
        return "activity"
    if message.private:
        return "note"
    first = _first_file(message)
    if first is not None:
        return files.family(first)
    return message.kind if message.kind in KINDS else "unsupported"


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
    first = _first_file(quoted)
    kind = files.family(first) if first is not None else ""
    shown = files.media(first) if first is not None and kind in ("image", "video", "sticker") else None
    thumb = (shown.thumb or (shown.url if kind != "video" else "")) if shown is not None else ""
    return Quote(
        author=_author(quoted).name or _("You"),
        text=plain(quoted.content[:QUOTED]) or preview_text(quoted),
        message_id=quoted.pk if quoted.conversation_id == message.conversation_id else None,
        icon=files.ICONS[kind] if kind else "",
        thumb=thumb,
    )
