"""Webhook bodies as a busy number gets them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from tests import make

CHATS = 500
OWN = "15550000001@s.whatsapp.net"
_START = 1_772_600_000  # a second in March 2026; every delivery is one second later
_seconds = itertools.count(_START)


def chat(number: int) -> str:
    """The number of the person in chat `number`."""
    return f"55219{80_000_000 + number}"


def greeting(number: int) -> bytes:
    """A first message in chat `number`."""
    return make.text_event("hello", chat=chat(number), from_name=f"Person {number}", at=_now())


def mixed(count: int, *, chats: int = CHATS) -> list[bytes]:
    """`count` deliveries: of twenty, eight texts and a picture of customers, a text that answers one, a reaction and an
    edit; two typed on the phone, four receipts of such; two repeated."""
    bodies: list[bytes] = []
    typed: dict[int, str] = {}
    said: dict[int, str] = {}
    for position in range(count):
        number = (position * 7) % chats
        match position % 20:
            case 3 | 13:
                bodies.append(_typed(number, typed))
            case 5 | 8 | 15 | 18 if typed:
                bodies.append(_receipt(number, typed, "delivered" if position % 10 == 5 else "read"))
            case 9 | 19:
                bodies.append(bodies[-7])
            case 4:
                bodies.append(_said(number, said, image=f"statics/media/{position}-picture.jpe"))
            case 11 if said:
                bodies.append(
                    _said(number, said, body="and this one?", replied_to_id=next(reversed(said.values())))
                )
            case 14 if said:
                bodies.append(_change("message.reaction", said, reaction="👍", name="reacted_message_id"))
            case 16 if said:
                bodies.append(
                    _change("message.edited", said, body="three of them, I meant", name="original_message_id")
                )
            case _:
                text = f"message {position}: could you deliver two of them on Friday morning?"
                bodies.append(_said(number, said, body=text))
    return bodies


def _said(number: int, said: dict[int, str], **content: str) -> bytes:
    said.pop(number, None)
    said[number] = identity = make.source_id()
    return make.body("message", _common(number, identity) | content)


def _change(event: str, said: dict[int, str], *, name: str, **content: str) -> bytes:
    """About the newest message of the customer who wrote last."""
    number, target = next(reversed(said.items()))
    return make.body(event, _common(number, make.source_id()) | {name: target} | content)


def _common(number: int, identity: str) -> dict[str, object]:
    jid = f"{chat(number)}@s.whatsapp.net"
    return {
        "id": identity, "chat_id": jid, "from": jid, "from_name": f"Person {number}", "timestamp": _now(),
        "is_from_me": False,
    }  # fmt: skip


def _typed(number: int, typed: dict[int, str]) -> bytes:
    typed[number] = identity = make.source_id()
    return make.text_event(
        "yes, gladly",
        chat=chat(number),
        id=identity,
        at=_now(),
        is_from_me=True,
        **{"from": OWN, "chat_id": f"{chat(number)}@s.whatsapp.net"},
    )


def _receipt(number: int, typed: dict[int, str], status: str) -> bytes:
    """About the newest message typed in this chat, or else in the one typed last."""
    about = number if number in typed else next(reversed(typed))
    return make.receipt_event([typed[about]], status, by=chat(about), at=_now())


def _now() -> str:
    return datetime.fromtimestamp(next(_seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
