"""How far walks are, and what they found: everything a kill must not lose is written with the rows themselves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from rookery import db
from rookery.catchup import applying
from rookery.catchup.applying import Found, Reading
from rookery.catchup.models import Walk, WalkChat
from rookery.conversations import facts
from rookery.conversations.actions.inbound import ContactCache
from rookery.conversations.models import Conversation
from rookery.db.fields import now_millis
from rookery.providers.commands import RecordRow

log = logging.getLogger(__name__)

CAUGHT_UP = "conversation.caught_up"
"""The one notice of a conversation whose missing messages were found: `count` of them are unread."""
RETRY_MS = (2_000, 5_000, 15_000, 60_000, 300_000)


@dataclass(frozen=True, slots=True)
class NextPage:
    """Where the chat is read on; `done`: nowhere."""

    until: int
    offset: int
    form: int
    empty: bool
    done: bool


class Stopped(Exception):
    """Somebody paused or cancelled the walk; nothing more is written."""


def do_list(walk_id: int, chats: Sequence[str], *, settled: bool, reached: bool) -> None:
    """The chats to read are known. A gap is read as far as the walk, chat by chat."""
    with db.write():
        walk = Walk.objects.select_for_update().get(pk=walk_id)
        rows = (WalkChat(walk=walk, jid=jid, since=walk.since, until=walk.until) for jid in chats)
        WalkChat.objects.bulk_create(rows, ignore_conflicts=True)
        Walk.objects.filter(pk=walk_id).update(
            listed=True,
            settled=settled,
            reached=walk.reached or reached,
            chats_total=len(chats),
            failures=0,
            error="",
            due_ms=now_millis(),
        )


def do_apply(
    walk_id: int, chat_id: int, rows: Sequence[RecordRow], how: Reading, cache: ContactCache
) -> tuple[int, Found]:
    """One short transaction of a page. Raises Stopped when the walk does not run any more."""
    return applying.write(how.place, cache, _apply, walk_id, chat_id, rows, how, cache)


def _apply(
    walk_id: int, chat_id: int, rows: Sequence[RecordRow], how: Reading, cache: ContactCache
) -> tuple[int, Found]:
    if not Walk.objects.filter(pk=walk_id, state=Walk.State.RUNNING).exists():
        raise Stopped
    count, found = applying.apply_some(rows, how, cache)
    _add(walk_id, found)
    if found.unread:
        chat = WalkChat.objects.select_for_update().get(pk=chat_id)
        for conversation, unread in found.unread.items():
            chat.unread[str(conversation)] = chat.unread.get(str(conversation), 0) + unread
        chat.save(update_fields=["unread"])
    return count, found


def do_turn_page(
    walk: Walk, chat: WalkChat, following: NextPage, found: Found, oldest_at: int | None
) -> None:
    """A page was read: remember where to go on. A chat with rows left for later is read again from them."""
    with db.write():
        held_at = min([row.at for row in found.held] + ([chat.held_at] if chat.held_at else []), default=None)
        held_ms = chat.held_ms or (now_millis() if found.twins else None)
        changes = {
            "until": following.until, "offset": following.offset, "form": following.form,
            "empty": following.empty, "held_at": held_at, "held_ms": held_ms,
        }  # fmt: skip
        if following.done and held_at is not None:
            changes |= {
                "since": held_at, "until": walk.until, "offset": 0, "held_at": None,
                "due_ms": now_millis() + _patience_ms(found),
            }  # fmt: skip
        elif following.done:
            changes["done"] = True
            _notify(chat)
        WalkChat.objects.filter(pk=chat.pk).update(**changes)
        _note_page(walk, oldest_at, done=bool(changes.get("done")))


def do_fail(walk_id: int, code: str) -> None:
    """The gateway did not answer as it should: again later, ever more rarely."""
    with db.write():
        walk = Walk.objects.filter(pk=walk_id).first()
        if walk is None:
            return
        delay = RETRY_MS[min(walk.failures, len(RETRY_MS) - 1)]
        rows = Walk.objects.filter(pk=walk_id)
        rows.update(failures=F("failures") + 1, error=code[:60], due_ms=now_millis() + delay)
    log.warning("record not read", extra={"walk_id": walk_id, "channel_id": walk.channel_id, "reason": code})


def do_wait(walk_id: int, due_ms: int) -> None:
    """Nothing to do for this walk before then."""
    with db.write():
        Walk.objects.filter(pk=walk_id).update(due_ms=due_ms)


def _add(walk_id: int, found: Found) -> None:
    changes = {name: F(name) + getattr(found, name) for name in applying.COUNTS if getattr(found, name)}
    if changes:
        Walk.objects.filter(pk=walk_id).update(**changes)
    if found.first_at is not None:
        walk = Walk.objects.get(pk=walk_id)
        Walk.objects.filter(pk=walk_id).update(
            first_at=min(found.first_at, walk.first_at or found.first_at),
            last_at=max(found.last_at or 0, walk.last_at or 0),
        )


def _note_page(walk: Walk, oldest_at: int | None, *, done: bool) -> None:
    known = Walk.objects.get(pk=walk.pk)
    oldest = min((at for at in (known.oldest_at, oldest_at) if at is not None), default=None)
    Walk.objects.filter(pk=walk.pk).update(
        oldest_at=oldest,
        reached=known.reached or (oldest is not None and oldest <= walk.mark),
        chats_done=F("chats_done") + int(done),
        failures=0,
        error="",
        due_ms=now_millis(),
    )


def _notify(chat: WalkChat) -> None:
    """One notice for each conversation, however many messages were missing."""
    unread = WalkChat.objects.values_list("unread", flat=True).get(pk=chat.pk)
    for conversation_id, count in unread.items():
        conversation = Conversation.objects.filter(pk=int(conversation_id)).first()
        if conversation is not None:
            facts.record(
                CAUGHT_UP,
                account=conversation.account_id,
                inbox=conversation.inbox_id,
                conversation=conversation.pk,
                display_id=conversation.display_id,
                count=count,
            )


def _patience_ms(found: Found) -> int:
    """Until the last row that was left is worth another look."""
    wait = max((row.ready_at for row in found.held), default=0) - now_millis() // 1000
    return 1000 * min(max(1, wait), applying.GRACE + 1)
