"""The life of groups: who came, went, rose or fell. The same fields since 7.4."""

from collections.abc import Mapping
from typing import Final, Literal

from rookery.providers.events import Event, GroupEvent, Party
from rookery.providers.reading import bare_jid
from rookery.providers.whatsapp_web.parsing.envelope import Envelope
from rookery.providers.whatsapp_web.parsing.people import chat_of, party

MAX_PEOPLE: Final = 2_000
_CHANGES: Final[Mapping[str, Literal["join", "leave", "promote", "demote"]]] = {
    "join": "join",
    "leave": "leave",
    "promote": "promote",
    "demote": "demote",
}


def read_participants(envelope: Envelope) -> Event:
    change = _CHANGES.get(envelope.payload.text("type"))
    if change is None:
        return envelope.unknown(f"a group change of type {envelope.payload.text('type', 40)!r}")
    people = _people(envelope)
    if not people:
        return envelope.unknown("a group change that names nobody")
    return _event(envelope, change, people)


def read_joined(envelope: Envelope) -> Event:
    """Our own number came into a group."""
    return _event(envelope, "joined", _people(envelope))


def _event(
    envelope: Envelope,
    change: Literal["join", "leave", "promote", "demote", "joined"],
    people: tuple[Party, ...],
) -> Event:
    payload = envelope.payload
    chat = chat_of(payload.jid("chat_jid") or payload.jid("chat_id"), None)
    if chat is None or not chat.is_group:
        return envelope.unknown("a group change without a group")
    return GroupEvent(
        device=envelope.device,
        session=envelope.session,
        chat=chat,
        change=change,
        people=people,
        at=envelope.top.time("timestamp"),
        subject=payload.text("group_name", 255),
        reason=payload.text("reason", 40),
    )


def _people(envelope: Envelope) -> tuple[Party, ...]:
    named = (bare_jid(item) for item in envelope.payload.list("jids")[:MAX_PEOPLE] if isinstance(item, str))
    found = (party(jid) for jid in dict.fromkeys(named) if jid is not None)
    return tuple(one for one in found if one.jid is not None)
