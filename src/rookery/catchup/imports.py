"""Choosing a longer history when a number is linked: a walk before the mark, silent, chat by chat.

Its messages are archive: read, in resolved conversations, without notices.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rookery import db
from rookery.accounts.models import AuditEntry, User
from rookery.catchup.models import Walk
from rookery.catchup.wanted import is_chat
from rookery.channels.models import Channel
from rookery.conversations.errors import Refused
from rookery.db.fields import now_millis
from rookery.waid import BadJid, Jid

State = Walk.State
MAX_DAYS = 3_650


def do_start(channel_id: int, days: int, chats: Sequence[str] = (), *, by: User | None = None) -> int:
    """Import the last `days` before the mark, of some chats (JIDs) or all; answers the job's id.

    Raises Refused("import_running") while another one of this number runs or pauses, Refused("bad_import") for
    days out of 1 to 3,650 or a chat no conversation can be had with.
    """
    if not 1 <= days <= MAX_DAYS or not all(_is_chat(jid) for jid in chats):
        raise Refused("bad_import")
    now = now_millis()
    with db.write():
        channel = Channel.objects.select_for_update().get(pk=channel_id)
        if Walk.objects.filter(channel=channel, purpose=Walk.Purpose.IMPORT, state__in=_OPEN).exists():
            raise Refused("import_running")
        until = channel.complete_until or int(channel.created_at.timestamp())
        walk = Walk.objects.create(
            channel=channel,
            purpose=Walk.Purpose.IMPORT,
            reason="asked",
            by=by,
            mark=now // 1000 - days * 86_400,
            since=now // 1000 - days * 86_400,
            until=until,
            wanted=[str(Jid.parse(jid).bare) for jid in chats],
            started_ms=now,
        )
        _audit(channel, by, "history_import.start", walk.pk)
    return walk.pk


def do_pause(job_id: int, *, by: User | None = None) -> bool:
    """Stop after the transaction under way; True when it ran."""
    return _move(job_id, (State.RUNNING,), State.PAUSED, by)


def do_resume(job_id: int, *, by: User | None = None) -> bool:
    """Go on where it stopped; True when it was paused."""
    return _move(job_id, (State.PAUSED,), State.RUNNING, by)


def do_cancel(job_id: int, *, by: User | None = None) -> bool:
    """End it for good; what was imported stays. True when it was not over yet."""
    return _move(job_id, _OPEN, State.CANCELLED, by)


_OPEN = (State.RUNNING, State.PAUSED)


def _move(job_id: int, start: Collection[str], end: str, by: User | None) -> bool:
    with db.write():
        walk = Walk.objects.select_related("channel").filter(pk=job_id, purpose=Walk.Purpose.IMPORT).first()
        rows = Walk.objects.filter(pk=job_id, purpose=Walk.Purpose.IMPORT, state__in=start)
        ended = now_millis() if end == State.CANCELLED else None
        if walk is None or not rows.update(state=end, due_ms=0, failures=0, error="", ended_ms=ended):
            return False
        if end == State.CANCELLED:
            walk.chats.all().delete()
        _audit(walk.channel, by, f"history_import.{end}", walk.pk)
    return True


def _audit(channel: Channel, by: User | None, action: str, walk_id: int) -> None:
    AuditEntry.objects.create(
        account_id=channel.account_id,
        actor=by,
        action=action,
        target_kind="channel",
        target_id=channel.pk,
        data={"import": walk_id},
    )


def _is_chat(text: str) -> bool:
    try:
        return is_chat(Jid.parse(text))
    except BadJid:
        return False
