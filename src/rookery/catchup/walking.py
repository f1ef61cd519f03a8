"""A walk, question by question: which chats, then each chat's pages, then whether the record reaches far enough.

Every step is one question and its writing, and can be done again: a kill loses at most the step under way.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from rookery.catchup import addresses, conclusion, progress, wanted
from rookery.catchup.applying import TWIN_SECONDS, Found, Reading
from rookery.catchup.models import Walk, WalkChat
from rookery.catchup.pace import Asking
from rookery.catchup.progress import NextPage
from rookery.conversations.actions.inbound import ContactCache
from rookery.conversations.incoming import Place
from rookery.db.fields import now_millis
from rookery.intake import claims
from rookery.processing.places import load_place
from rookery.providers.commands import ChatRow, RecordPage, RecordRow
from rookery.sending.database import Database
from rookery.waid import Jid

log = logging.getLogger(__name__)

BACKLOG_MS = 120_000
"""How long stored events go first: what they bring is richer than the record."""
MAX_CHATS = 10_000
LISTINGS = 5
UNTIMED = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Task:
    """A walk as it stands, and the chat that is next; without one the chats are over, or none is due."""

    walk: Walk
    place: Place
    chat: WalkChat | None
    forms: tuple[Jid, ...] = ()
    due_ms: int | None = None  # when the next chat is due, if none is now


async def step(walk_id: int, asking: Asking, database: Database, cache: ContactCache) -> None:
    """Do the next piece of a walk. Raises ProviderError; the caller then says `progress.do_fail`."""
    task = await database.run(load, walk_id)
    if task is None:
        await database.run(progress.do_fail, walk_id, "no_inbox")
        return
    if not task.walk.listed:
        await _list(task, asking, database)
    elif task.chat is not None:
        await _read_chat(task, task.chat, asking, database, cache)
    elif task.due_ms is not None:
        await database.run(progress.do_wait, walk_id, task.due_ms)
    else:
        await conclusion.conclude(task.walk, asking, database)


def load(walk_id: int) -> Task | None:
    """The walk and its next chat; None when it does not run or its inbox is gone."""
    walk = Walk.objects.select_related("channel").filter(pk=walk_id, state=Walk.State.RUNNING).first()
    found = load_place(walk.channel_id) if walk is not None else None
    if walk is None or found is None:
        return None
    place = found[0]
    open_chats = WalkChat.objects.filter(walk=walk, done=False).order_by("due_ms", "pk")
    chat = open_chats.first()
    if chat is None:
        return Task(walk, place, None)
    if chat.due_ms > now_millis():
        return Task(walk, place, None, due_ms=chat.due_ms)
    return Task(walk, place, chat, tuple(addresses.of_chat(place.account_id, Jid.parse(chat.jid))))


async def _list(task: Task, asking: Asking, database: Database) -> None:
    walk = task.walk
    if walk.purpose == Walk.Purpose.GAP and await database.run(_has_backlog, walk):
        await database.run(progress.do_wait, walk.pk, now_millis() + 500)
        return
    connected = await asking.is_connected()
    settled = connected and await database.run(conclusion.is_settled, walk)
    since = datetime.fromtimestamp(walk.since, UTC)
    if walk.wanted:
        await database.run(progress.do_list, walk.pk, list(walk.wanted), settled=settled, reached=False)
        return
    found: dict[str, ChatRow] = {}
    for _ in range(LISTINGS):
        if not await _look_through(found, asking, since):
            break
    chats = [jid for jid, row in found.items() if _at(row) >= since and _is_wanted(task.place, row.jid)]
    # An older chat in the list: the record reaches back to then.
    reached = any(_at(row).timestamp() <= walk.mark for row in found.values())
    await database.run(progress.do_list, walk.pk, chats, settled=settled, reached=reached)


async def _look_through(found: dict[str, ChatRow], asking: Asking, since: datetime) -> bool:
    """Go down the list to what is older than `since`; whether a chat appeared that was not known.

    A chat that gets a message jumps to the top while we read: so the top is read again until it is all known.
    """
    again, offset, news = bool(found), 0, False
    while offset < MAX_CHATS:
        page = await asking.chats(offset)
        fresh = [row for row in page.rows if str(row.jid) not in found]
        found.update((str(row.jid), row) for row in fresh)
        news = news or bool(fresh)
        offset += page.size
        is_over = page.size == 0 or offset >= page.total
        if is_over or (page.rows and _at(page.rows[-1]) < since) or (again and not fresh):
            break
    return news


async def _read_chat(
    task: Task, chat: WalkChat, asking: Asking, database: Database, cache: ContactCache
) -> None:
    walk = task.walk
    if not wanted.is_wanted(task.place.rules, task.forms):
        over = NextPage(chat.until, 0, chat.form, chat.empty, done=True)
        await database.run(progress.do_turn_page, walk, chat, over, Found(), None)
        return
    form = task.forms[min(chat.form, len(task.forms) - 1)]
    since, until = (datetime.fromtimestamp(at, UTC) for at in (chat.since, chat.until))
    page = await asking.page(form, since, until, chat.offset)
    rows = sorted(page.rows, key=lambda row: (row.at or UNTIMED, row.id))
    how = _reading(task, chat)
    found = Found()
    rest = rows
    while rest:
        count, some = await database.run(progress.do_apply, walk.pk, chat.pk, rest, how, cache)
        found.add(some)
        rest = rest[count:]
    following = next_page(chat, page, rows, len(task.forms))
    oldest = int(rows[0].at.timestamp()) if rows and rows[0].at else None
    await database.run(progress.do_turn_page, walk, chat, following, found, oldest)


def next_page(chat: WalkChat, page: RecordPage, rows: list[RecordRow], forms: int) -> NextPage:
    """Where to go on: older by time, by offset inside one second, under another address, or nowhere."""
    empty = chat.empty and not page.size
    oldest = min((int(row.at.timestamp()) for row in rows if row.at), default=None)
    if page.more and page.size:
        if oldest is not None and oldest < chat.until:
            return NextPage(max(oldest, chat.since), 0, chat.form, empty, done=False)
        return NextPage(chat.until, chat.offset + page.size, chat.form, empty, done=False)
    if empty and chat.form + 1 < forms:
        return NextPage(chat.until, 0, chat.form + 1, empty, done=False)
    return NextPage(chat.until, 0, chat.form, empty, done=True)


def _reading(task: Task, chat: WalkChat) -> Reading:
    waited = chat.held_ms is not None and now_millis() - chat.held_ms > TWIN_SECONDS * 1000
    return Reading(
        place=task.place,
        chat=Jid.parse(chat.jid),
        linked_at=int(task.walk.channel.created_at.timestamp()),
        archive=task.walk.purpose == Walk.Purpose.IMPORT,
        twins_wait=not waited,
    )


def _is_wanted(place: Place, jid: Jid) -> bool:
    return wanted.is_chat(jid) and wanted.is_wanted(place.rules, [jid])


def _has_backlog(walk: Walk) -> bool:
    """Whether events stored before the walk began are still to be processed."""
    waiting = claims.backlog()
    is_old = 0 < waiting.oldest_ms < walk.started_ms
    return bool(waiting.waiting) and is_old and now_millis() - walk.started_ms < BACKLOG_MS


def _at(row: ChatRow) -> datetime:
    """When the chat was last written in; one that does not say must be looked at."""
    return row.last_message_at or UNTIMED
