"""Somebody types: a verified presence event becomes a whisper to whoever looks at that conversation.

Nothing is stored (decisions D2): a chat we do not know yet, or a stranger, is simply not shown.
"""

from __future__ import annotations

from rookery import journal
from rookery.conversations import facts, queries
from rookery.processing import translate
from rookery.processing.places import load_place
from rookery.providers.errors import ProviderError
from rookery.providers.events import PresenceEvent
from rookery.waid import BadJid


def whisper(channel_id: int, body: bytes) -> None:
    """Tell the pages of the conversation that `body`, a verified event of the channel, is about."""
    found = load_place(channel_id)
    if found is None:
        return
    place, provider = found
    try:
        events = provider.parse(body)
    except ProviderError:
        return
    for event in events:
        if isinstance(event, PresenceEvent):
            _tell(event, place.account_id, place.inbox_id)


def _tell(event: PresenceEvent, account_id: int, inbox_id: int) -> None:
    try:
        keys = [(alias.kind, alias.key) for alias in (translate.alias_of(event.chat),)]
    except BadJid:
        return
    conversation = queries.find_unresolved(account_id, inbox_id, keys)
    if conversation is not None:
        state = "recording" if event.state == "composing" and event.media == "audio" else event.state
        journal.whisper(
            facts.CONTACT_TYPING, account=account_id, inbox=inbox_id, conversation=conversation, state=state
        )
