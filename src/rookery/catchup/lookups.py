"""Messages that came empty: answers to buttons, lists and templates have their text in the record (contract 6.4.8).

Which empty message is one, the gateway does not say; so each is looked up a few times, then left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from rookery import db
from rookery.catchup import addresses
from rookery.catchup.models import Lookup
from rookery.catchup.pace import Asking
from rookery.conversations.actions import inbound
from rookery.conversations.models import Message
from rookery.db.fields import now_millis
from rookery.providers.commands import RecordRow
from rookery.sending.database import Database
from rookery.waid import Jid

AGAIN_MS = (15_000, 120_000)
"""After the first look; the gateway writes its rows within seconds, but under load later."""
AROUND = 2  # seconds before and after the message


@dataclass(frozen=True, slots=True)
class Task:
    """Empty messages of one chat at about one time: one question for all of them."""

    messages: tuple[Message, ...]
    forms: tuple[Jid, ...]

    @property
    def ids(self) -> list[int]:
        return [message.pk for message in self.messages]


async def step(message_id: int, asking: Asking, database: Database) -> None:
    """Look up one message, and its neighbours. Raises ProviderError; the caller then says `do_postpone`."""
    task = await database.run(_load, message_id)
    if task is None:
        return
    times = [message.at for message in task.messages]
    since, until = (datetime.fromtimestamp(at, UTC) for at in (min(times) - AROUND, max(times) + AROUND))
    rows: list[RecordRow] = []
    for jid in task.forms:
        page = await asking.page(jid, since, until)
        rows += page.rows
        if page.size:
            break
    await database.run(_conclude, task, rows)


def do_postpone(message_ids: Iterable[int]) -> None:
    """Look again later, or never again."""
    with db.write():
        for lookup in Lookup.objects.select_for_update().filter(
            pk__in=list(message_ids), due_ms__isnull=False
        ):
            over = lookup.tries >= len(AGAIN_MS)
            lookup.due_ms = None if over else now_millis() + AGAIN_MS[lookup.tries]
            lookup.tries += 1
            lookup.save(update_fields=["due_ms", "tries"])


def _load(message_id: int) -> Task | None:
    message = _empty().filter(pk=message_id).first()
    if message is None:
        with db.write():
            Lookup.objects.filter(pk=message_id).update(due_ms=None)
        return None
    near = _empty().filter(
        contact_inbox_id=message.contact_inbox_id, at__range=(message.at - 60, message.at + 60)
    )
    due = Lookup.objects.filter(due_ms__isnull=False).values("pk")
    neighbours = near.filter(pk__in=due).exclude(pk=message_id)[:20]
    forms = addresses.of_contact_inbox(message.contact_inbox_id)
    return Task((message, *neighbours), tuple(forms))


def _conclude(task: Task, rows: list[RecordRow]) -> None:
    texts = {row.id[:128]: row.content for row in rows if row.content}
    direction = {True: "out", False: "in"}
    sides = {row.id[:128]: direction[row.from_me] for row in rows}
    left = []
    with db.write():
        for message in task.messages:
            text = texts.get(message.source_id or "")
            if text and sides[message.source_id or ""] == message.direction:
                inbound.do_enrich(message.pk, text)
                Lookup.objects.filter(pk=message.pk).update(due_ms=None)
            else:
                left.append(message.pk)
        do_postpone(left)


def _empty() -> QuerySet[Message]:
    return Message.objects.filter(kind="unsupported", unsupported="empty", source_id__isnull=False)
