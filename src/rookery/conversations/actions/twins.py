"""One message stored twice: once by us when it was posted, once as it came back (decisions C3).

Nothing on the wire carries our `client_ref`, so a message seen through a second slot, or by catch-up, is stored
as another program's until the answer of the send names its id. Then the two become one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F

from rookery.conversations import facts
from rookery.conversations.models import Attachment, Conversation, Message, Reaction, Receipt, Revision
from rookery.conversations.models.message import RANK
from rookery.conversations.store import threads

TIMES = ("delivered_at", "read_at", "played_at")
CHANGES = ("edited_at", "edited_event", "revoked_at", "revoked_event", "revoked_by_id", "hidden_at")


@dataclass(frozen=True, slots=True)
class Learnt:
    """What the twin knew."""

    state: str = "sent"
    rank: int = 1
    at: int | None = None
    sent_at: int | None = None
    columns: dict[str, Any] = field(default_factory=dict)


NOTHING = Learnt()


def find(message: Message, source_id: str) -> Message | None:
    """Another row of ours in the same chat that has this id."""
    if message.channel_id is None:
        return None
    rows = Message.objects.filter(
        channel_id=message.channel_id,
        contact_inbox_id=message.contact_inbox_id,
        direction=Message.Direction.OUT,
        source_id=source_id,
    )
    return rows.exclude(pk=message.pk).select_related("conversation").first()


def absorb(message: Message, twin: Message) -> Learnt:
    """Move to `message` what hangs on `twin`, and make the id free. Inside `db.write()`.

    A twin that we had queued ourselves was settled by mistaken evidence: it stays and is uncertain again. Any
    other is deleted.
    """
    Receipt.objects.filter(message=twin).update(message=message)
    Reaction.objects.filter(message=twin).update(message=message)
    Revision.objects.filter(message=twin).update(message=message)
    replies = Message.objects.filter(contact_inbox_id=message.contact_inbox_id, quoted_id=twin.pk)
    replies.update(quoted_id=message.pk, version=F("version") + 1)
    learnt = _learnt(twin)
    if twin.queue_seq is not None:
        _unsettle(twin)
        return learnt
    if not message.attachments.exists():
        Attachment.objects.filter(message=twin).update(message=message)
    _record(twin, gone=True, ref=str(twin.client_ref))
    conversation_id, at, twin_id = twin.conversation_id, twin.at, twin.pk
    twin.delete()
    Conversation.objects.filter(last_message_id=twin_id).update(last_message_id=message.pk)
    if conversation_id != message.conversation_id:
        threads.touch(conversation_id, at, unread=0, waiting=False, answered=False)
    return learnt


def _learnt(twin: Message) -> Learnt:
    rank = max(1, twin.rank)
    state = next(name for name, known in RANK.items() if known == rank)
    columns = {name: getattr(twin, name) for name in (*TIMES, *CHANGES) if getattr(twin, name)}
    if twin.edited_at is not None:
        columns["content"] = twin.content
    return Learnt(state, rank, twin.at, twin.sent_at, columns)


def _unsettle(twin: Message) -> None:
    Message.objects.filter(pk=twin.pk).update(
        source_id=None, state=Message.State.UNCERTAIN, rank=0, failure_code="outcome_unclear", failure_params={},
        sent_at=None, delivered_at=None, read_at=None, played_at=None, version=F("version") + 1,
    )  # fmt: skip
    _record(twin, state="uncertain")


def _record(message: Message, **data: Any) -> None:
    facts.record(
        facts.MESSAGE_CHANGED,
        account=message.account_id,
        inbox=message.inbox_id,
        conversation=message.conversation_id,
        message=message.pk,
        display_id=message.conversation.display_id,
        **data,
    )
