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
    """`count` deliveries: of ten, six texts of customers, one typed on the phone, two receipts of such, one repeated."""
    bodies: list[bytes] = []
    typed: dict[int, str] = {}
    for position in range(count):
        number = (position * 7) % chats
        match position % 10:
            case 3:
                bodies.append(_typed(number, typed))
            case 5 | 8 if typed:
                bodies.append(_receipt(number, typed, "delivered" if position % 10 == 5 else "read"))
            case 9:
                bodies.append(bodies[-7])
            case _:
                text = f"message {position}: could you deliver two of them on Friday morning?"
                bodies.append(
                    make.text_event(text, chat=chat(number), from_name=f"Person {number}", at=_now())
                )
    return bodies


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
