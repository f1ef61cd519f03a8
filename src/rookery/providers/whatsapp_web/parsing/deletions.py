"""Delete for me: flat until 8.1, enveloped since; the fields are the same."""

from rookery.providers.events import DeletedForMeEvent, Event
from rookery.providers.whatsapp_web.parsing.envelope import Envelope, ident
from rookery.providers.whatsapp_web.parsing.people import chat_of

ACTIONS = ("event.delete_for_me", "message_deleted_for_me")


def read(envelope: Envelope) -> Event:
    """`from` is left alone: it means somebody else in every version, and is empty in chats of two."""
    payload = envelope.payload
    target = ident(payload, "deleted_message_id")
    chat = chat_of(payload.jid("chat_jid") or payload.jid("chat_id"), payload.jid("chat_lid"))
    if not target or chat is None:
        return envelope.unknown("a deletion that names no message or no chat")
    return DeletedForMeEvent(
        device=envelope.device,
        session=envelope.session,
        chat=chat,
        at=payload.time("timestamp") or envelope.top.time("timestamp"),
        target=target,
        was_from_me=payload.flag("was_from_me"),
    )
