"""Who takes part in the recorded scenario, and how the gateway writes what they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests import make

START = 1_772_625_600  # 2026-03-04T12:00:00Z
OWN = "15550000001@s.whatsapp.net"
OWN_LID = "55500000000001@lid"
TEAM = "120363041234567890@g.us"
FAMILY = "120363049998887776@g.us"


@dataclass(frozen=True, slots=True)
class Person:
    """`forms`: how the gateway may name them: pn, lid, both, short (a number without its ninth digit)."""

    name: str
    pn: str = ""
    lid: str = ""
    short: str = ""
    forms: tuple[str, ...] = ("pn",)

    def jids(self, form: str) -> tuple[str, str]:
        """(from, from_lid); the second is "" where the gateway does not name a LID."""
        number, lid = f"{self.pn}@s.whatsapp.net", f"{self.lid}@lid"
        return {
            "pn": (number, ""),
            "short": (f"{self.short}@s.whatsapp.net", ""),
            "lid": (lid, lid),
            "both": (number, lid),
        }[form]


BIA = Person("Bia", "5521987650000", "98765432101234", forms=("lid", "both", "pn"))
CAIO = Person("Caio", "5511940009999", forms=("pn",))
DORA = Person("Dora", "351912345678", "11122233344455", forms=("lid", "pn"))  # the pair stands in one receipt
EDU = Person("Edu", "5531988880000", short="553188880000", forms=("pn", "short"))
FABI = Person("Fabi", lid="22233344455566", forms=("lid",))
GIL = Person("Gil", "4915123456789", "33344455566677", forms=("lid", "pn"))  # the pair stands in one call
HUGO = Person(
    "Hugo", "447700900123", "44455566677788", forms=("pn", "lid")
)  # the pair stands in one reaction
IVO = Person("Ivo", "12125550199", "55566677788899", forms=("both", "pn"))  # meddles with what is not his
PEOPLE = (BIA, CAIO, DORA, EDU, FABI, GIL, HUGO, IVO)
GROUPS = {TEAM: (BIA, CAIO, GIL, HUGO, IVO), FAMILY: (DORA, EDU, FABI, BIA)}


def at(second: int) -> str:
    return datetime.fromtimestamp(START + second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def common(who: Person, form: str, second: int, id: str, *, group: str = "", **more: Any) -> dict[str, Any]:
    """What every event of the message pipeline says."""
    sender, lid = who.jids(form)
    chat, chat_lid = (group, "") if group else (sender, lid)
    found = {
        "id": id, "chat_id": chat, "from": sender, "timestamp": at(second), "is_from_me": False, "from_name": who.name,
        "chat_lid": chat_lid, "from_lid": lid,
    }  # fmt: skip
    return {key: value for key, value in {**found, **more}.items() if value != ""}


def ours(to: Person | str, form: str, second: int, id: str, *, lid: str = "", **more: Any) -> dict[str, Any]:
    """The same of something done on our own phone; `lid`: pair or alone, how our own LID shows."""
    chat, chat_lid = to.jids(form) if isinstance(to, Person) else (to, "")
    found = {
        "id": id, "chat_id": chat, "chat_lid": chat_lid, "timestamp": at(second), "is_from_me": True,
        "from": OWN_LID if lid == "alone" else OWN, "from_lid": OWN_LID if lid else "", "from_name": "Café Rookery",
    }  # fmt: skip
    return {key: value for key, value in {**found, **more}.items() if value != ""}


def receipt(ids: list[str], status: str, sender: tuple[str, str], second: int, chat: str) -> bytes:
    payload = {"ids": ids, "chat_id": chat, "from": sender[0], "receipt_type": status}
    if sender[1]:
        payload["from_lid"] = sender[1]
    return make.body("message.ack", payload, timestamp=at(second))
