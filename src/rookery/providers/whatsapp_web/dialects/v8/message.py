"""Everything that stands in a chat under an id of its own."""

from collections.abc import Mapping
from typing import Any, Final

from rookery.providers.errors import Unparsable
from rookery.providers.events import Chat, Event, Kind, MediaRef, MessageEvent, Party
from rookery.providers.reading import MAX_ID, Fields, clean_value
from rookery.providers.whatsapp_web.dialects.v8 import media
from rookery.providers.whatsapp_web.dialects.v8.envelope import Envelope, party

EVENTS: Final = frozenset({"message", "message.reaction", "message.revoked", "message.edited"})

_OTHER_CONTENT: Final = (
    "contact",
    "contacts_array",
    "location",
    "live_location",
    "list",
    "order",
    "interactive",
    "interactive_media",
)
_TARGETS: Final = ("reacted_message_id", "original_message_id", "revoked_message_id")


def is_addressed(envelope: Envelope) -> bool:
    """Has an event of a kind never heard of an id and a chat? Then people shall see that something came."""
    payload = envelope.payload
    return bool(payload.text("id")) and payload.jid("chat_id") is not None


def read(envelope: Envelope) -> Event:
    """Raises Unparsable without an id or a chat: such a message is parked, not dropped."""
    payload = envelope.payload
    source_id = payload.text("id")
    if not 0 < len(source_id) <= MAX_ID:
        raise Unparsable(reason="a message without a usable id")
    history = payload.flag("from_history_sync") and "chat_id" not in payload
    chat = _chat(payload, history=history)
    if not (chat.jid.is_pn or chat.jid.is_lid or chat.jid.is_group):
        return envelope.unknown(f"a message at @{chat.jid.server}")
    from_me = payload.flag("is_from_me")
    chat, author = _unite(chat, _author(payload, history=history), from_me=from_me)
    refs = media.read_all(payload)
    text = _text(payload)
    kind, what = _kind(envelope.name, payload, refs, text)
    return MessageEvent(
        device=envelope.device,
        session=envelope.session,
        source_id=source_id,
        chat=chat,
        author=author,
        from_me=from_me,
        at=payload.time("timestamp") or envelope.top.time("timestamp"),
        kind=kind,
        text=text,
        media=refs,
        quoted_id=payload.text("replied_to_id", MAX_ID) or None,
        quoted_text=payload.text("quoted_body") or None,
        push_name=payload.text("from_name", 255) or None,
        forwarded=payload.flag("forwarded"),
        view_once=payload.flag("view_once"),
        what=what,
        extras=_extras(payload, history=history),
    )


def _chat(payload: Fields, *, history: bool) -> Chat:
    jid, lid = payload.jid("from" if history else "chat_id"), payload.jid("chat_lid")
    jid = jid or lid
    if jid is None:
        raise Unparsable(reason="a message without a chat")
    if lid is None or not lid.is_lid:
        lid = jid if jid.is_lid else None
    return Chat(jid, lid)


def _author(payload: Fields, *, history: bool) -> Party:
    return party(payload.jid("sender" if history else "from"), payload.jid("from_lid"))


def _unite(chat: Chat, author: Party, *, from_me: bool) -> tuple[Chat, Party]:
    """In a chat of two, who writes to us is the chat: each may lack the alias that the other names."""
    if chat.is_group or from_me:
        return chat, author
    other = chat.party
    if author.pn and other.pn and author.pn != other.pn:
        return chat, author
    both = Party(author.pn or other.pn, author.lid or other.lid)
    return Chat(both.pn or chat.jid, both.lid), both


def _text(payload: Fields) -> str:
    # The caption is repeated in `body`, or, in some early builds, stands beside it or only at the file.
    return (
        payload.text("body")
        or payload.text("caption")
        or media.caption(payload)
        or payload.text("interactive")
    )


def _kind(name: str, payload: Fields, refs: tuple[MediaRef, ...], text: str) -> tuple[Kind, str]:
    if name != "message":
        return "unsupported", name
    other = next((key for key in _OTHER_CONTENT if key in payload), "")
    if other.startswith("interactive"):
        return "unsupported", "interactive"
    if refs:
        return refs[0].kind, ""
    if other:
        return "unsupported", other
    if text:
        return "text", ""
    return "unsupported", "view_once" if payload.flag("view_once") else "empty"


def _extras(payload: Fields, *, history: bool) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "target": next(filter(None, (payload.text(name, MAX_ID) for name in _TARGETS)), ""),
        "chat_name": payload.text("chat_name", 255),
        "display_name": payload.text("sender_display_name", 255),
        "referral": clean_value(payload.fields("referral").raw),
        "history": history,
    }
    kept = {name: value for name, value in found.items() if value}
    if "reaction" in payload:
        kept["reaction"] = payload.text("reaction", 64)
    return kept
