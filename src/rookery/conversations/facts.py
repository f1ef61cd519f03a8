"""Names of the facts the domain records, and the one way to record them."""

from __future__ import annotations

from typing import Any

from rookery import journal

MESSAGE_CREATED = "message.created"
MESSAGE_CHANGED = "message.changed"
CONVERSATION_CREATED = "conversation.created"
CONVERSATION_CHANGED = "conversation.changed"
CONTACT_CHANGED = "contact.changed"
CHANNEL_CHANGED = "channel.changed"
ACCESS_CHANGED = "access.changed"
CONTACT_TYPING = "contact.typing"


def record(
    kind: str,
    *,
    account: int,
    inbox: int | None = None,
    conversation: int | None = None,
    message: int | None = None,
    **data: Any,
) -> None:
    """Record one fact; see `journal.record`. `data` holds ids and enums only."""
    journal.record(kind, account=account, inbox=inbox, conversation=conversation, message=message, **data)
