"""What all events share: the account, the slot, and who is who."""

from dataclasses import dataclass
from typing import Self

from rookery.providers.events import Party, UnknownEvent
from rookery.providers.reading import Fields, clean_text
from rookery.waid import Jid


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivery, opened. `top` is the outer object, `payload` the inner one."""

    name: str
    device: Jid | None
    session: str
    top: Fields
    payload: Fields

    @classmethod
    def read(cls, name: str, top: Fields, payload: Fields) -> Self:
        return cls(clean_text(name)[:100], top.jid("device_id"), top.text("session_id", 255), top, payload)

    def unknown(self, why: str) -> UnknownEvent:
        return UnknownEvent(self.device, self.session, self.name, why)


def party(first: Jid | None, lid: Jid | None) -> Party:
    """One person from the field that may hold a number or a LID, and the field that can only hold a LID."""
    pn = first if first is not None and first.is_pn else None
    if lid is None or not lid.is_lid:
        lid = first if first is not None and first.is_lid else None
    return Party(pn, lid)
