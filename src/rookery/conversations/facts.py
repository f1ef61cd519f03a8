"""Names of the facts the domain records, and the one way to record them."""

from __future__ import annotations

from typing import Any

from rookery import journal
from rookery.conversations.models import Conversation

MESSAGE_CREATED = "message.created"
MESSAGE_CHANGED = "message.changed"
CONVERSATION_CREATED = "conversation.created"
CONVERSATION_CHANGED = "conversation.changed"
CONTACT_CHANGED = "contact.changed"
CHANNEL_CHANGED = "channel.changed"
ACCESS_CHANGED = "access.changed"
HISTORY_READY = "channel.history_ready"
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


_TOLD = 20


def record_contact(account: int, contact: int, **data: Any) -> None:
    """A contact changed: one fact for each of its newest conversations, so that whoever sees one hears of it.

    Inside `db.write()`. Without a conversation only administrators hear.
    """
    rows = Conversation.objects.filter(contact_id=contact, merged_into__isnull=True)
    newest = rows.order_by("-last_activity_at", "-pk")[:_TOLD]
    told = list(newest.values_list("pk", "inbox_id", "display_id"))
    for pk, inbox, display_id in told:
        record(
            CONTACT_CHANGED,
            account=account,
            inbox=inbox,
            conversation=pk,
            display_id=display_id,
            contact=contact,
            **data,
        )
    if not told:
        record(CONTACT_CHANGED, account=account, contact=contact, **data)
