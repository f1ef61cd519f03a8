"""Receipts: claims that are checked, and only ever move a message, or the read mark, forward.

A receipt is found by channel and id, for its chat may be a LID nobody has explained yet (decisions B2).
"""

from __future__ import annotations

from rookery.conversations.actions import claims, waiting_room
from rookery.conversations.incoming import IncomingReceipt, Place

KIND = "receipt"


def do_apply_receipt(place: Place, receipt: IncomingReceipt) -> None:
    """Apply a receipt to every message it names; what cannot be judged yet waits, a stranger's claim changes nothing."""
    waiting_room.do_claim(claims.court(place), claims.of_receipt(receipt))


def apply_waiting_receipts(channel_id: int, source_id: str) -> None:
    """A message's id became known: judge everything that was said of it before."""
    waiting_room.do_meet(None, channel_id, source_id)
