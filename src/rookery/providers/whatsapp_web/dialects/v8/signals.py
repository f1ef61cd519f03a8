"""What is no message: receipts, typing, groups, calls, labels, the end of a history sync."""

from collections.abc import Callable, Mapping
from typing import Final

from rookery.providers.events import (
    CallEvent,
    ChatLabelEvent,
    Event,
    HistoryReadyEvent,
    LabelEvent,
    PresenceEvent,
)
from rookery.providers.reading import MAX_ID
from rookery.providers.whatsapp_web.parsing import groups, receipts
from rookery.providers.whatsapp_web.parsing.content import whole
from rookery.providers.whatsapp_web.parsing.envelope import Envelope, ident
from rookery.providers.whatsapp_web.parsing.people import chat_of, party


def _receipt(envelope: Envelope) -> Event:
    payload = envelope.payload
    chat = chat_of(payload.jid("chat_id"), None)
    return receipts.read(envelope, chat, party(payload.jid("from"), payload.jid("from_lid")))


def _presence(envelope: Envelope) -> Event:
    payload = envelope.payload
    chat = payload.jid("chat_id")
    if chat is None:
        return envelope.unknown("presence without a chat")
    return PresenceEvent(
        device=envelope.device,
        session=envelope.session,
        chat=chat,
        sender=party(payload.jid("from"), payload.jid("from_lid")),
        state=payload.text("state", 40),
        media=payload.text("media", 40),
        at=envelope.top.time("timestamp"),
    )


def _call(envelope: Envelope) -> Event:
    payload = envelope.payload
    caller, group = party(payload.jid("from"), payload.jid("from_lid")), payload.jid("group_jid")
    group = group if group is not None and group.is_group else None
    call_id = ident(payload, "call_id")
    if not call_id or (caller.jid is None and group is None):
        return envelope.unknown("a call without an id or a caller")
    return CallEvent(
        device=envelope.device,
        session=envelope.session,
        call_id=call_id,
        caller=caller,
        at=envelope.top.time("timestamp"),
        auto_rejected=payload.flag("auto_rejected"),
        group=group,
        display_name=payload.text("sender_display_name", 255),
    )


def _label(envelope: Envelope) -> Event:
    payload = envelope.payload
    label_id = _label_id(envelope)
    if not label_id:
        return envelope.unknown("a label without an id")
    deleted = payload.raw.get("deleted")
    return LabelEvent(
        device=envelope.device,
        session=envelope.session,
        label_id=label_id,
        at=envelope.top.time("timestamp"),
        name=payload.text("name", 255) if isinstance(payload.raw.get("name"), str) else None,
        color=whole(payload.raw.get("color")),
        deleted=deleted if isinstance(deleted, bool) else None,
    )


def _chat_label(envelope: Envelope) -> Event:
    payload = envelope.payload
    label_id, labeled = _label_id(envelope), payload.raw.get("labeled")
    chat = chat_of(payload.jid("chat_id"), payload.jid("chat_lid"))
    if not label_id or chat is None or not isinstance(labeled, bool):
        return envelope.unknown("a label that is put nowhere")
    return ChatLabelEvent(
        device=envelope.device,
        session=envelope.session,
        label_id=label_id,
        labeled=labeled,
        chat=chat,
        at=envelope.top.time("timestamp"),
    )


def _label_id(envelope: Envelope) -> str:
    number = envelope.payload.number("label_id")
    return ident(envelope.payload, "label_id") if number is None else str(number)[:MAX_ID]


def _history_ready(envelope: Envelope) -> Event:
    return HistoryReadyEvent(envelope.device, envelope.session, envelope.payload.text("sync_type", 40))


READERS: Final[Mapping[str, Callable[[Envelope], Event]]] = {
    "message.ack": _receipt,
    "chat_presence": _presence,
    "group.participants": groups.read_participants,
    "group.joined": groups.read_joined,
    "call.offer": _call,
    "label.edit": _label,
    "label.association": _chat_label,
    "history_sync_complete": _history_ready,
}
