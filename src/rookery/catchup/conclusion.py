"""The end of a walk: how far the mark may move, and what has to be said about it.

The mark moves to the walk's beginning when all of it was read and the phone was connected. Where the gateway's
record does not reach back to the mark (wiped by another slot's logout, a new slot, a phone linked again), nobody
can know what is missing, and that is written down.
"""

from __future__ import annotations

from datetime import UTC, datetime

from rookery import db
from rookery.catchup import addresses, schedule
from rookery.catchup.models import Stretch, Walk
from rookery.catchup.pace import Asking
from rookery.channels.models import Channel, DeviceState
from rookery.conversations import facts
from rookery.conversations.models import Inbox, Message
from rookery.db.fields import now_millis
from rookery.sending.database import Database

State = DeviceState.State
SETTLE_SECONDS = 120
"""After a phone's return the gateway still hands on what WhatsApp kept for it."""
PROBES = 5
LONG_AGO = datetime(2009, 1, 1, tzinfo=UTC)
KEPT = 50
"""Walks that are remembered per number, beside the newest that found something."""
_GONE = (State.LOGGED_OUT, State.UNPAIRED, State.BANNED)


async def conclude(walk: Walk, asking: Asking, database: Database) -> None:
    """All chats are read. Raises ProviderError while the last question has no answer."""
    reached = walk.reached
    if walk.purpose == Walk.Purpose.GAP and not reached:
        reached = await _probe(walk, asking, database)
    await database.run(do_end, walk.pk, reached)


def do_end(walk_id: int, reached: bool) -> None:
    """End the walk, move the mark, write down what nobody can know."""
    with db.write():
        walk = Walk.objects.select_for_update().filter(pk=walk_id, state=Walk.State.RUNNING).first()
        if walk is None:
            return
        rows = Walk.objects.filter(pk=walk_id)
        rows.update(state=Walk.State.DONE, ended_ms=now_millis(), reached=reached, error="", failures=0)
        walk.chats.all().delete()
        if walk.purpose == Walk.Purpose.GAP:
            _end_gap(walk, reached)
        _forget_old(walk.channel_id)
        _tell(walk.channel_id)


def is_settled(walk: Walk) -> bool:
    """Whether the phone has been there long enough for its gateway to have got all that WhatsApp kept for it."""
    states = list(DeviceState.objects.filter(channel_id=walk.channel_id).order_by("-since", "-pk")[:2])
    if not states:
        return True
    if states[0].state != State.CONNECTED:
        return False
    return len(states) == 1 or _second(states[0].since) <= walk.started_ms // 1000 - SETTLE_SECONDS


def _end_gap(walk: Walk, reached: bool) -> None:
    if not walk.settled:
        # What is there was healed; to be sure of the rest it is read once more.
        schedule.do_ask(walk.channel_id, "settling", in_ms=SETTLE_SECONDS * 1000)
        return
    until = min(walk.until, walk.started_ms // 1000)
    _note_unknown(walk, until, reached)
    channels = Channel.objects.filter(pk=walk.channel_id)
    before = channels.values_list("complete_until", flat=True).first()
    channels.update(complete_until=max(until, before or 0))


def _note_unknown(walk: Walk, until: int, reached: bool) -> None:
    if not reached:
        begins = min(walk.oldest_at or until, until)
        _stretch(walk, walk.mark, max(begins, walk.mark), Stretch.Reason.RECORD_BEGINS_LATER)
        return
    since = datetime.fromtimestamp(walk.mark, UTC)
    states = list(
        DeviceState.objects.filter(channel_id=walk.channel_id, since__gte=since).order_by("since", "pk")
    )
    gone = next((one for one in states if one.state in _GONE), None)
    if gone is None or not _was_linked(gone):
        return
    back = next((one for one in states if one.state == State.CONNECTED and one.since >= gone.since), None)
    _stretch(walk, _second(gone.since), _second(back.since) if back else until, Stretch.Reason.RELINKED)


def _was_linked(gone: DeviceState) -> bool:
    before = DeviceState.objects.filter(
        channel_id=gone.channel_id, since__lte=gone.since, state=State.CONNECTED
    )
    return before.exists()


def _stretch(walk: Walk, since: int, until: int, reason: str) -> None:
    Stretch.objects.update_or_create(
        channel_id=walk.channel_id,
        since=since,
        defaults={"until": until, "reason": reason, "found_ms": now_millis()},
    )


async def _probe(walk: Walk, asking: Asking, database: Database) -> bool:
    """Whether the record still has anything from before the mark of chats where we have something."""
    threads = await database.run(_older_threads, walk)
    if not threads:
        return True  # we have nothing from before either: there was nothing to lose
    mark = datetime.fromtimestamp(walk.mark, UTC)
    for thread in threads:
        for jid in await database.run(addresses.of_contact_inbox, thread):
            page = await asking.page(jid, LONG_AGO, mark)
            if page.size:
                return True
    return False


def _older_threads(walk: Walk) -> list[int]:
    """The chats of our newest messages from before the mark; received ones, whose rows cannot be missing."""
    rows = Message.objects.filter(
        channel_id=walk.channel_id, direction="in", at__lte=walk.mark, source_id__isnull=False
    ).exclude(source_id__startswith="call:")
    newest = rows.order_by("-pk").values_list("contact_inbox_id", flat=True)[:200]
    return list(dict.fromkeys(newest))[:PROBES]


def _forget_old(channel_id: int) -> None:
    ended = Walk.objects.filter(channel_id=channel_id, ended_ms__isnull=False).order_by("-pk")
    newest = list(ended.values_list("pk", flat=True)[:KEPT])
    if len(newest) < KEPT:
        return
    healed = dict.fromkeys(("messages", "edits", "reactions", "calls", "texts"), 0)
    ended.filter(pk__lt=newest[-1], purpose=Walk.Purpose.GAP, **healed).delete()


def _tell(channel_id: int) -> None:
    inbox = Inbox.objects.filter(channel_id=channel_id).first()
    if inbox is not None:
        facts.record(
            facts.CHANNEL_CHANGED,
            account=inbox.account_id,
            inbox=inbox.pk,
            channel=channel_id,
            caught_up=True,
        )


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
