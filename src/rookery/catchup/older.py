"""Scrolling above a chat's oldest message: one page more from the gateway's record, until it has no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F, Min

from rookery import db
from rookery.catchup import addresses, applying
from rookery.catchup.applying import Found, Reading
from rookery.catchup.models import Older
from rookery.catchup.pace import Asking
from rookery.conversations import facts
from rookery.conversations.actions.inbound import ContactCache
from rookery.conversations.incoming import Place
from rookery.conversations.models import ContactInbox, Conversation, Message
from rookery.db.fields import now_millis, now_seconds
from rookery.processing.places import load_place
from rookery.providers.commands import RecordPage, RecordRow
from rookery.sending.database import Database
from rookery.waid import Jid

LONG_AGO = datetime(2009, 1, 1, tzinfo=UTC)
RETRY_MS = (2_000, 10_000, 60_000)
SAME_SECOND = 10  # pages that may be full of one second

State = Older.State


@dataclass(frozen=True, slots=True)
class Task:
    """A chat whose older messages are asked for; `before` is its oldest second."""

    older: Older
    place: Place
    forms: tuple[Jid, ...]
    before: int


def do_ask(contact_inbox_id: int) -> str:
    """Ask for messages before the chat's oldest one; answers the state, see `queries.older`.

    Asked again while an answer is coming, or after there was none left, nothing happens. The page learns of the
    answer by the fact `conversation.changed` with `older`.
    """
    with db.write():
        thread = (
            ContactInbox.objects.select_related("inbox")
            .select_for_update(of=("self",))
            .get(pk=contact_inbox_id)
        )
        known = Older.objects.filter(pk=contact_inbox_id).first()
        if known is not None and known.state in (State.ASKED, State.NONE):
            return str(known.state)
        if thread.inbox.channel_id is None:
            return State.NONE
        asked = {"state": State.ASKED, "tries": 0, "error": "", "due_ms": 0, "at_ms": now_millis()}
        Older.objects.update_or_create(
            contact_inbox_id=contact_inbox_id, defaults={**asked, "channel_id": thread.inbox.channel_id}
        )
    return State.ASKED


async def step(contact_inbox_id: int, asking: Asking, database: Database, cache: ContactCache) -> None:
    """Answer one chat. Raises ProviderError; the caller then says `do_fail`."""
    task = await database.run(_load, contact_inbox_id)
    if task is None:
        await database.run(_forget, contact_inbox_id)
        return
    offset, stored = 0, Found()
    for _ in range(SAME_SECOND):
        rows, more, size = await _pages(task, asking, offset)
        how = Reading(place=task.place, chat=task.forms[0], archive=True)
        rest = rows
        while rest:
            count, found = await database.run(
                applying.write, task.place, cache, applying.apply_some, rest, how, cache
            )
            stored.add(found)
            rest = rest[count:]
        is_stuck = more and not stored.messages and all(_second(row) >= task.before for row in rows)
        if not is_stuck:
            break
        offset += size
    else:
        more = False
    await database.run(_answer, task.older, stored.messages, more)


def do_fail(contact_inbox_id: int, code: str) -> None:
    """The gateway did not answer as it should; tried again a few times."""
    with db.write():
        older = Older.objects.filter(pk=contact_inbox_id, state=State.ASKED).first()
        if older is None:
            return
        last = older.tries >= len(RETRY_MS)
        due = now_millis() + RETRY_MS[min(older.tries, len(RETRY_MS) - 1)]
        Older.objects.filter(pk=older.pk).update(
            state=State.FAILED if last else State.ASKED, tries=F("tries") + 1, error=code[:60], due_ms=due
        )
        if last:
            _tell(older.pk, State.FAILED)


async def _pages(task: Task, asking: Asking, offset: int) -> tuple[list[RecordRow], bool, int]:
    """A page under every address, without holes: no older than where the shortest of them ends."""
    before = datetime.fromtimestamp(task.before, UTC)
    pages: list[RecordPage] = [await asking.page(jid, LONG_AGO, before, offset) for jid in task.forms]
    ends = [min(map(_second, page.rows), default=0) for page in pages if page.more]
    floor = max(ends, default=0)
    rows = {row.id: row for page in pages for row in page.rows if row.at and _second(row) >= floor}
    ordered = sorted(rows.values(), key=lambda row: (_second(row), row.id))
    return ordered, any(page.more for page in pages), max((page.size for page in pages), default=0)


def _load(contact_inbox_id: int) -> Task | None:
    older = Older.objects.filter(pk=contact_inbox_id, state=State.ASKED).first()
    found = load_place(older.channel_id) if older is not None else None
    forms = addresses.of_contact_inbox(contact_inbox_id)
    if older is None or found is None or not forms:
        return None
    rows = Message.objects.filter(contact_inbox_id=contact_inbox_id, source_id__isnull=False)
    oldest = rows.aggregate(at=Min("at"))["at"]
    return Task(older, found[0], tuple(forms), oldest if oldest is not None else now_seconds())


def _forget(contact_inbox_id: int) -> None:
    """The chat, or its inbox, is gone."""
    with db.write():
        Older.objects.filter(pk=contact_inbox_id).delete()


def _answer(older: Older, messages: int, more: bool) -> None:
    state = State.SOME if messages or more else State.NONE
    with db.write():
        Older.objects.filter(pk=older.pk, state=State.ASKED).update(
            state=state, found=messages, error="", tries=0, at_ms=now_millis()
        )
        _tell(older.pk, state)


def _tell(contact_inbox_id: int, state: str) -> None:
    rows = Conversation.objects.filter(contact_inbox_id=contact_inbox_id, merged_into__isnull=True)
    for conversation in rows.order_by("-opened_at")[:20]:
        facts.record(
            facts.CONVERSATION_CHANGED,
            account=conversation.account_id,
            inbox=conversation.inbox_id,
            conversation=conversation.pk,
            display_id=conversation.display_id,
            older=str(state),
        )


def _second(row: RecordRow) -> int:
    return int(row.at.timestamp()) if row.at else 0
