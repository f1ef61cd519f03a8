"""Which number an event belongs to (design section 2).

Gateways before 8.10 have one list of addresses and one secret for all their slots, so every event reaches
every address. An event is filed under the number it names, whatever number stands in the path, and only if
that number uses the gateway whose secret verified it. What names no device is filed by the path.
"""

from __future__ import annotations

from rookery.intake.book import Book, Number, Secret, device_key
from rookery.intake.directory import Directory
from rookery.intake.envelope import Envelope


def candidates(book: Book, event: Envelope) -> list[Number]:
    """Whom an event may be for, that came to the address without a number; unverified."""
    if event.device_id:
        return book.of_device(event.device_id)
    return book.of_slot(event.session_id) if event.session_id else []


async def target(directory: Directory, number: Number, secret: Secret, event: Envelope) -> Number | None:
    """The number to file a verified event under; None when it is none of this gateway's numbers."""
    if not (event.device_id or event.session_id) or device_key(event.device_id) == ("pn", number.key):
        return number
    found = _of_gateway(directory.book, secret, event)
    if found is None and event.device_id:
        # Perhaps the number was added a moment ago by another process.
        _, key = device_key(event.device_id)
        if key and await directory.reread(key, known=False):
            found = _of_gateway(directory.book, secret, event)
    return found or (None if event.device_id else number)


def _of_gateway(book: Book, secret: Secret, event: Envelope) -> Number | None:
    return next((one for one in candidates(book, event) if one.gateway_id == secret.gateway_id), None)
