"""One stored delivery, applied. Runs inside the batch's transaction, in a savepoint of its own."""

from __future__ import annotations

from dataclasses import dataclass

from rookery.conversations.actions import inbound, receipts
from rookery.conversations.incoming import IncomingMessage, IncomingReceipt, Place
from rookery.intake.claims import NewEvent, digest_of
from rookery.processing import translate
from rookery.providers.base import Provider
from rookery.providers.events import Event, MessageEvent, ReceiptEvent, UnknownEvent
from rookery.waid import BadJid, Jid


@dataclass(frozen=True, slots=True)
class Plan:
    """What a delivery asks for, worked out before anything is locked.

    `unknown`: names of what makes no message; `own_lids`: LIDs the number itself was seen under.
    """

    digest: bytes
    changes: tuple[IncomingMessage | IncomingReceipt, ...]
    unknown: tuple[str, ...]
    own_lids: tuple[Jid, ...]


def plan(event: NewEvent, provider: type[Provider]) -> Plan:
    """Parse and translate. Raises `providers.errors.Unparsable` when the body is not understood at all."""
    received_at = event.received_ms // 1000
    changes: list[IncomingMessage | IncomingReceipt] = []
    unknown: list[str] = []
    own_lids: list[Jid] = []
    for part in provider.parse(event.body):
        name = _nobody(part)
        if name:
            unknown.append(name)
            continue
        try:
            if isinstance(part, MessageEvent):
                changes.append(translate.message(part, event.id, received_at))
                if part.from_me and part.author.lid is not None:
                    own_lids.append(part.author.lid)
            elif isinstance(part, ReceiptEvent):
                changes.append(translate.receipt(part, received_at))
        except BadJid:
            unknown.append("chat_of_nobody")
    return Plan(digest_of(event.body), tuple(changes), tuple(unknown), tuple(own_lids))


def apply(plan: Plan, place: Place, cache: inbound.ContactCache) -> int:
    """Write what the plan says; returns how many messages are new."""
    new = 0
    for change in plan.changes:
        if isinstance(change, IncomingMessage):
            new += inbound.do_receive_message(place, change, cache) is not None
        else:
            receipts.do_apply_receipt(place, change)
    return new


def _nobody(part: Event) -> str:
    """Name of an event that makes no message; "" for one that does or that needs nothing."""
    if isinstance(part, UnknownEvent):
        return part.name or "unnamed"
    if isinstance(part, MessageEvent) and not part.source_id:
        return "message_without_id"
    return ""
