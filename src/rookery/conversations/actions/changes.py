"""Reactions, edits and revokes: claims about earlier messages. `judging` believes them or not, `effects` does them."""

from __future__ import annotations

from rookery.conversations.actions import claims, waiting_room
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import IncomingChange, Place


def do_apply_change(place: Place, change: IncomingChange, cache: ContactCache) -> None:
    """Apply a change to the message it names, or let it wait for that message, its author's LID or a roster.

    Inside `db.write()`. `cache` is the caller's; a change may make contacts, never a conversation.
    """
    waiting_room.do_claim(claims.court(place), [claims.of_change(change)])
