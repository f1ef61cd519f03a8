"""Flat messages, reactions, edits and deletions."""

from collections.abc import Callable, Mapping
from typing import Final

from rookery.providers.errors import Unparsable
from rookery.providers.events import EditEvent, Event, Kind, MessageEvent, ReactionEvent, RevokeEvent
from rookery.providers.reading import MAX_ID, Fields
from rookery.providers.whatsapp_web.dialects.v7 import who
from rookery.providers.whatsapp_web.parsing import content, media
from rookery.providers.whatsapp_web.parsing.envelope import Envelope, ident


def read(envelope: Envelope) -> Event:
    """A text or file; or nothing: gateway 7 forwards WhatsApp's internal messages as empty texts.

    A reaction that is withdrawn looks like one of those, so with gateway 7 reactions stay (contract, hazard 12).
    """
    body, inner = envelope.payload, envelope.payload.fields("message")
    refs = media.read_all(body)
    text = inner.text("text") or media.caption(body)
    kind = content.kind_of(body, refs) or ("text" if text else None)
    if kind is None and not _says_anything(body, inner):
        return envelope.quiet("an internal message of WhatsApp, or a reaction withdrawn")
    what = "" if kind else "view_once" if body.flag("view_once") else "empty"
    return _message(envelope, kind or "unsupported", text, what)


def read_reaction(envelope: Envelope) -> Event:
    body = envelope.payload
    inner = body.fields("reaction")
    target = ident(inner, "id")
    if not target:
        return envelope.unknown("a reaction that names no message")
    found = who.read(envelope)
    if found.chat.jid.is_broadcast:
        return envelope.quiet("a status post or a broadcast list")
    return ReactionEvent(
        device=None,
        session="",
        source_id=_own_id(body, "reaction", target),
        chat=found.chat,
        author=found.author,
        from_me=found.from_me,
        at=body.time("timestamp"),
        target=target,
        emoji=inner.text("message", 64),
        push_name=body.text("pushname", 255) or None,
    )


def _edited(envelope: Envelope) -> Event:
    body = envelope.payload
    target, text = ident(body, "original_message_id"), body.text("edited_text")
    found = who.read(envelope)
    if not target:  # not named before 7.9: then it stands in the chat as what could not be understood
        return _message(envelope, "unsupported", text, "message.edited")
    return EditEvent(
        device=None,
        session="",
        source_id=_own_id(body, "edit", target),
        chat=found.chat,
        author=found.author,
        from_me=found.from_me,
        at=body.time("timestamp"),
        target=target,
        text=text or None,
        push_name=body.text("pushname", 255) or None,
    )


def _revoked(envelope: Envelope) -> Event:
    body = envelope.payload
    target = ident(body, "revoked_message_id")
    if not target:
        return envelope.unknown("a deletion that names no message")
    found = who.read(envelope)
    return RevokeEvent(
        device=None,
        session="",
        source_id=_own_id(body, "revoke", target),
        chat=found.chat,
        author=found.author,
        from_me=found.from_me,
        at=body.time("timestamp"),
        target=target,
        push_name=body.text("pushname", 255) or None,
    )


def _message(envelope: Envelope, kind: Kind, text: str, what: str) -> Event:
    body, inner = envelope.payload, envelope.payload.fields("message")
    source_id = ident(inner, "id")
    if not source_id:
        raise Unparsable(reason="a message without a usable id")
    found = who.read(envelope)
    jid = found.chat.jid
    if jid.is_broadcast:
        return envelope.quiet("a status post or a broadcast list")
    if not (jid.is_pn or jid.is_lid or jid.is_group or jid.is_newsletter):
        return envelope.unknown(f"a message at @{jid.server}")
    return MessageEvent(
        device=None,
        session="",
        source_id=source_id,
        chat=found.chat,
        author=found.author,
        from_me=found.from_me,
        at=body.time("timestamp"),
        kind=kind,
        text=text,
        media=media.read_all(body),
        quoted_id=ident(inner, "replied_id") or None,
        quoted_text=inner.text("quoted_message") or None,
        push_name=body.text("pushname", 255) or None,
        forwarded=body.flag("forwarded"),
        view_once=body.flag("view_once"),
        what=what,
        details=content.details_of(kind, body),
    )


def _says_anything(body: Fields, inner: Fields) -> bool:
    """Does a message without text or file bear the marks of something that a person sent?"""
    named = (inner.text("replied_id"), inner.text("quoted_message"))
    return body.flag("view_once") or body.flag("forwarded") or any(named)


def _own_id(body: Fields, kind: str, target: str) -> str:
    """The event's own id, else one made of what it says: the same for the same event."""
    found = ident(body.fields("message"), "id")
    return found or f"{kind}:{body.text('timestamp', 40)}:{target}"[:MAX_ID]


ACTIONS: Final[Mapping[str, Callable[[Envelope], Event]]] = {
    "message_edited": _edited,
    "message_revoked": _revoked,
}
