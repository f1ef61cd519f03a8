"""One delivery, opened."""

from dataclasses import dataclass
from typing import Self

from rookery.providers.events import QuietEvent, UnknownEvent
from rookery.providers.reading import MAX_ID, Fields, clean_text
from rookery.waid import Jid


@dataclass(frozen=True, slots=True)
class Envelope:
    """`top` is the outer object, `payload` the inner one; the same object where a delivery is flat.

    `own` are the number's own JIDs, for generations that do not say what is ours.
    """

    name: str
    device: Jid | None
    session: str
    top: Fields
    payload: Fields
    own: frozenset[Jid] = frozenset()

    @classmethod
    def read(cls, name: str, top: Fields, payload: Fields, own: frozenset[Jid] = frozenset()) -> Self:
        session = top.text("session_id", 255)
        return cls(clean_text(name)[:100], top.jid("device_id"), session, top, payload, own)

    def unknown(self, why: str) -> UnknownEvent:
        return UnknownEvent(self.device, self.session, self.name, why)

    def quiet(self, why: str) -> QuietEvent:
        return QuietEvent(self.device, self.session, self.name, why)


def ident(fields: Fields, name: str) -> str:
    """A message's id, or "" for what cannot be one. Never cut: half an id is another message's."""
    text = fields.text(name)
    return text if len(text) <= MAX_ID else ""
