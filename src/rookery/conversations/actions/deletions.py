"""Delete-for-me: our own phone hides a message from itself. The customer still has it, and so have we."""

from __future__ import annotations

from rookery.conversations.actions import claims, waiting_room
from rookery.conversations.incoming import IncomingDeletion, Place


def do_delete_for_me(place: Place, deletion: IncomingDeletion) -> None:
    """Mark the message as hidden (`hidden_at`), now or when it comes. Inside `db.write()`."""
    waiting_room.do_claim(claims.court(place), [claims.of_deletion(deletion)])
