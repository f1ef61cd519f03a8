"""The queue of files that are made fit for WhatsApp before their message goes. Who calls these is inside
`db.write()` unless it says otherwise.

The queue is found through the outbox's index: only messages that still are to go have files worth converting.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import F, Q

from rookery.conversations.models import Attachment
from rookery.conversations.store import outbox, sql

State = Attachment.State

HELD_MS = 2**53
"""`due_ms` of a message whose file is not ready: never due by itself, and it holds its chat meanwhile."""

# The first condition is worded exactly like that of the index `message_outbox`.
_QUEUE = (
    "FROM conversations_message m JOIN conversations_attachment a ON a.message_id = m.id"
    " WHERE m.state IN ('scheduled', 'pending', 'sending', 'uncertain')"
    " AND m.state IN ('scheduled', 'pending') AND a.blob_id IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class Task:
    """An agent's file: what it is and what it is to become fit for. `attempts` counts this one.

    `compress`: the agent allows it to lose quality.
    """

    id: int
    account_id: int
    inbox_id: int
    conversation_id: int
    message_id: int
    channel_id: int | None
    blob_id: int
    kind: str
    mime: str
    name: str
    attempts: int
    compress: bool

    @property
    def is_long(self) -> bool:
        """A video: minutes of work, for which a picture or a voice note must not wait."""
        return self.kind == "video"


def due(limit: int, *, videos: bool) -> list[Task]:
    """What waits for conversion, oldest message first: only videos, or all but videos. No transaction needed."""
    now = outbox.lease_clock()
    found = sql.rows(
        f"SELECT a.id {_QUEUE} AND (a.kind = 'video') = %s AND ((a.state = 'uploaded' AND a.due_ms <= %s)"
        " OR (a.state = 'converting' AND a.lease_ms < %s)) ORDER BY m.queue_seq, a.id LIMIT %s",
        [videos, now, now, max(0, limit)],
    )
    rows = Attachment.objects.select_related("message", "blob").in_bulk([int(row[0]) for row in found])
    return [_task(rows[int(row[0])]) for row in found if int(row[0]) in rows]


def _task(row: Attachment) -> Task:
    message, blob = row.message, row.blob
    assert blob is not None
    return Task(
        id=row.pk,
        account_id=row.account_id,
        inbox_id=message.inbox_id,
        conversation_id=message.conversation_id,
        message_id=message.pk,
        channel_id=message.channel_id,
        blob_id=blob.pk,
        kind=row.kind,
        mime=blob.type,
        name=row.name,
        attempts=row.attempts + 1,
        compress=bool(message.additional_attributes.get("compress")),
    )


def claim(attachment_id: int, owner: str, lease_ms: int) -> bool:
    """Take a file until `lease_ms` from now; counted before anything is done. Of two claimers one wins."""
    now = outbox.lease_clock()
    free = Q(state=State.UPLOADED, due_ms__lte=now) | Q(state=State.CONVERTING, lease_ms__lt=now)
    rows = Attachment.objects.filter(free, pk=attachment_id)
    return bool(
        rows.update(state=State.CONVERTING, owner=owner, lease_ms=now + lease_ms, attempts=F("attempts") + 1)
    )


def renew(owner: str, ids: Collection[int], lease_ms: int) -> int:
    """Keep these for `lease_ms` from now; how many still are `owner`'s."""
    rows = Attachment.objects.filter(pk__in=list(ids), state=State.CONVERTING, owner=owner)
    return rows.update(lease_ms=outbox.lease_clock() + lease_ms)


def release(owner: str, ids: Collection[int]) -> int:
    """Give back what `owner`, who ends in good order, has not finished: it does not count as an attempt."""
    rows = Attachment.objects.filter(pk__in=list(ids), state=State.CONVERTING, owner=owner)
    return rows.update(state=State.UPLOADED, owner="", lease_ms=0, attempts=F("attempts") - 1)


def release_all() -> int:
    """The only worker starts: every claim is a dead worker's. They stay counted, for a file may have killed it."""
    return sql.run(
        "UPDATE conversations_attachment SET state = 'uploaded', owner = '', lease_ms = 0"
        f" WHERE state = 'converting' AND id IN (SELECT a.id {_QUEUE})",
        [],
    )
