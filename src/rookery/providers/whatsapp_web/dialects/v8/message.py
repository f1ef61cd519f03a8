"""Everything that stands in a chat under an id of its own."""

from collections.abc import Mapping
from typing import Any

from rookery.providers.events import Chat, Event, Kind, MediaRef, MessageEvent
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web.dialects.v8.addressed import Addressed
from rookery.providers.whatsapp_web.parsing import content, media
from rookery.providers.whatsapp_web.parsing.envelope import Envelope, ident


def is_addressed(envelope: Envelope) -> bool:
    """Has an event of a kind never heard of an id and a chat? Then people shall see that something came."""
    return bool(ident(envelope.payload, "id")) and envelope.payload.jid("chat_id") is not None


def read(envelope: Envelope) -> Event:
    """Raises Unparsable without an id or a chat."""
    return of(envelope, Addressed.read(envelope))


def of(envelope: Envelope, common: Addressed) -> Event:
    """The message, as far as its chat is one to have a conversation in, or to follow."""
    nowhere = elsewhere(envelope, common.chat)
    if nowhere is not None:
        return nowhere
    payload = envelope.payload
    refs = media.read_all(payload)
    text = text_of(payload)
    kind, what = _kind(envelope.name, payload, refs, text)
    return MessageEvent(
        device=envelope.device,
        session=envelope.session,
        source_id=common.source_id,
        chat=common.chat,
        author=common.author,
        from_me=common.from_me,
        at=common.at,
        kind=kind,
        text=text or payload.text("interactive", 65_536),
        media=refs,
        quoted_id=ident(payload, "replied_to_id") or None,
        quoted_text=payload.text("quoted_body") or None,
        push_name=common.push_name,
        forwarded=payload.flag("forwarded"),
        view_once=payload.flag("view_once"),
        what=what,
        details=content.details_of(kind, payload),
        extras=_extras(payload, common),
    )


def elsewhere(envelope: Envelope, chat: Chat) -> Event | None:
    """What happens outside of chats and channels: status posts, broadcast lists, WhatsApp's own bots."""
    jid = chat.jid
    if jid.is_broadcast:
        return envelope.quiet("a status post or a broadcast list")
    if jid.is_pn or jid.is_lid or jid.is_group or jid.is_newsletter:
        return None
    return envelope.unknown(f"a message at @{jid.server}")


def text_of(payload: Fields) -> str:
    """Text or caption. The caption is repeated in `body`, or, in early builds, stands beside it or at the file."""
    return payload.text("body") or payload.text("caption") or media.caption(payload)


def _kind(name: str, payload: Fields, refs: tuple[MediaRef, ...], text: str) -> tuple[Kind, str]:
    if name != "message":
        return "unsupported", name
    kind = content.kind_of(payload, refs)
    if kind is not None:
        return kind, ""
    if text:
        return "text", ""
    return "unsupported", "view_once" if payload.flag("view_once") else "empty"


def _extras(payload: Fields, common: Addressed) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "chat_name": payload.text("chat_name", 255),
        "display_name": payload.text("sender_display_name", 255),
        "history": common.history,
    }
    return {name: value for name, value in found.items() if value}
