"""The fields that everything with a message id shares: id, chat, author, direction, time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from rookery.providers.errors import Unparsable
from rookery.providers.events import Chat, Party
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web.parsing.envelope import Envelope, ident
from rookery.providers.whatsapp_web.parsing.people import chat_of, keys, party, unite


@dataclass(frozen=True, slots=True)
class Addressed:
    """`history`: an old message that was asked for later; it names chat and author by other keys."""

    source_id: str
    chat: Chat
    author: Party
    from_me: bool
    at: datetime | None
    push_name: str | None
    history: bool

    @classmethod
    def read(cls, envelope: Envelope) -> Self:
        """Raises Unparsable without an id or a chat: such an event is parked, not dropped."""
        payload = envelope.payload
        source_id = ident(payload, "id")
        if not source_id:
            raise Unparsable(reason="a message without a usable id")
        history = payload.flag("from_history_sync") and "chat_id" not in payload
        chat = chat_of(payload.jid("from" if history else "chat_id"), payload.jid("chat_lid"))
        if chat is None:
            raise Unparsable(reason="a message without a chat")
        author = party(payload.jid("sender" if history else "from"), payload.jid("from_lid"))
        from_me = _is_ours(envelope, payload, author)
        if not from_me:
            chat, author = unite(chat, author)
        return cls(
            source_id=source_id,
            chat=chat,
            author=author,
            from_me=from_me,
            at=payload.time("timestamp") or envelope.top.time("timestamp"),
            push_name=payload.text("from_name", 255) or None,
            history=history,
        )


def _is_ours(envelope: Envelope, payload: Fields, author: Party) -> bool:
    if "is_from_me" in payload:
        return payload.flag("is_from_me")
    # Before 8.3 nothing says so, and one build of them (8.2.1) can forward what is typed on the phone.
    ours = keys((envelope.device, *envelope.own))
    return bool(ours & keys((author.pn, author.lid)))
