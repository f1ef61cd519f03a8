"""Claims about earlier messages: reactions, edits, deletions."""

from collections.abc import Callable, Mapping
from typing import Final

from rookery.providers.events import EditEvent, Event, ReactionEvent, RevokeEvent
from rookery.providers.whatsapp_web.dialects.v8 import message
from rookery.providers.whatsapp_web.dialects.v8.addressed import Addressed
from rookery.providers.whatsapp_web.parsing import deletions
from rookery.providers.whatsapp_web.parsing.envelope import Envelope, ident


def _reaction(envelope: Envelope) -> Event:
    common, target = Addressed.read(envelope), ident(envelope.payload, "reacted_message_id")
    nowhere = message.elsewhere(envelope, common.chat)
    if nowhere is not None:
        return nowhere
    if not target:
        return envelope.unknown("a reaction that names no message")
    return ReactionEvent(
        device=envelope.device,
        session=envelope.session,
        source_id=common.source_id,
        chat=common.chat,
        author=common.author,
        from_me=common.from_me,
        at=common.at,
        target=target,
        emoji=envelope.payload.text("reaction", 64),
        push_name=common.push_name,
    )


def _edit(envelope: Envelope) -> Event:
    """Without its target an edit still stands in the chat, as something that could not be understood."""
    common, target = Addressed.read(envelope), ident(envelope.payload, "original_message_id")
    nowhere = message.elsewhere(envelope, common.chat)
    if nowhere is not None or not target:
        return nowhere or message.of(envelope, common)
    return EditEvent(
        device=envelope.device,
        session=envelope.session,
        source_id=common.source_id,
        chat=common.chat,
        author=common.author,
        from_me=common.from_me,
        at=common.at,
        target=target,
        text=message.text_of(envelope.payload) or None,
        push_name=common.push_name,
    )


def _revoke(envelope: Envelope) -> Event:
    """`revoked_from_me` is left alone: it speaks of the revoker's view (contract 6.4.10)."""
    common, target = Addressed.read(envelope), ident(envelope.payload, "revoked_message_id")
    nowhere = message.elsewhere(envelope, common.chat)
    if nowhere is not None:
        return nowhere
    if not target:
        return envelope.unknown("a deletion that names no message")
    return RevokeEvent(
        device=envelope.device,
        session=envelope.session,
        source_id=common.source_id,
        chat=common.chat,
        author=common.author,
        from_me=common.from_me,
        at=common.at,
        target=target,
        push_name=common.push_name,
    )


READERS: Final[Mapping[str, Callable[[Envelope], Event]]] = {
    "message.reaction": _reaction,
    "message.edited": _edit,
    "message.revoked": _revoke,
    "message.deleted": deletions.read,
}
