"""When a number's record is read: after every start, outage, reconnect, history sync and oversized event, and
every few hours.

Nothing has to tell this room: it watches the rows where these things are written down.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max

from rookery import db, journal
from rookery.catchup.models import Lookup, Older, Pulse, Walk, Watch
from rookery.channels.models import Channel, DeviceState
from rookery.conversations.models import Message
from rookery.db.fields import now_millis
from rookery.journal.models import Fact
from rookery.providers import registry
from rookery.settings import conf

HISTORY_READY = "channel.history_ready"
"""A fact about a channel: its gateway has finished reading the phone's history."""
OVERLAP = 1_800  # seconds before the mark that are read again
RECONNECT_MS = 2_000
AWAY_MS = 60_000
"""A silence of the pulse that is longer was an outage of ours."""
LEASE_MS = 15_000
LOOKUP_MS = 2_000
LATE_KEYS = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to know of a channel, in one look."""

    state_id: int
    state: str


def do_beat(owner: str, *, alone: bool) -> tuple[bool, int]:
    """Say that this engine lives. (whether it may work, and since when nobody lived: milliseconds, 0 for never).

    One engine works on a database: another one whose pulse is fresh keeps this one waiting, unless this one is
    `alone`.
    """
    now = now_millis()
    with db.write():
        pulse, _ = Pulse.objects.select_for_update().get_or_create(pk=1)
        before = pulse.at_ms
        taken = pulse.owner not in ("", owner) and now - LEASE_MS < before <= now + LEASE_MS
        if taken and not alone:
            return False, 0
        Pulse.objects.filter(pk=1).update(at_ms=now, owner=owner)
    return True, before


def is_silence(before_ms: int) -> bool:
    """Whether nobody lived for so long that events may have been dropped."""
    return now_millis() - before_ms > AWAY_MS


def do_look(*, first: bool = False, away_ms: int = 0) -> set[int]:
    """Ask for the walks that are due and begin them; the gateways that have something to do now.

    It only reads unless there is news: a look every other second must not take turns with live messages.
    """
    ready, states, watches = _history_ready(), _states(), Watch.objects.in_bulk()
    for channel in Channel.objects.filter(inbox__isnull=False).order_by("pk"):
        if not registry.get(channel.provider).capabilities.chats:
            continue
        watch = watches.get(channel.pk) or _new_watch(channel)
        _watch(channel, watch, states.get(channel.pk), first=first, ready=channel.pk in ready)
        if watch.asked and watch.due_ms <= now_millis():
            _begin(channel, away_ms)
    _note_empty_messages()
    return busy()


def busy() -> set[int]:
    """Gateways with something that is due."""
    now = now_millis()
    walks = Walk.objects.filter(state=Walk.State.RUNNING, due_ms__lte=now)
    asked = Older.objects.filter(state=Older.State.ASKED, due_ms__lte=now)
    lookups = Lookup.objects.filter(due_ms__lte=now)
    return {
        gateway_id
        for rows in (walks, asked, lookups)
        for gateway_id in rows.values_list("channel__gateway_id", flat=True).distinct()
    }


def do_ask(channel_id: int, reason: str, *, in_ms: int = 0) -> None:
    """Have the number's record read soon. What is asked twice happens once."""
    with db.write():
        watch, _ = Watch.objects.get_or_create(channel_id=channel_id)
        _ask(watch, reason, now_millis() + in_ms)


def _ask(watch: Watch, reason: str, due_ms: int) -> None:
    # One that is asked already comes no later for it.
    if watch.asked:
        due_ms = min(due_ms, watch.due_ms)
    watch.asked, watch.due_ms = watch.asked or reason, due_ms
    with db.write():
        Watch.objects.filter(pk=watch.pk).update(asked=watch.asked, due_ms=due_ms)


def _new_watch(channel: Channel) -> Watch:
    with db.write():
        return Watch.objects.get_or_create(channel=channel)[0]


def _watch(channel: Channel, watch: Watch, seen: Seen | None, *, first: bool, ready: bool) -> None:
    now = now_millis()
    if first:
        _ask(watch, "start", now)
    if ready:
        _ask(watch, "history_ready", now)
        # What was said about the top of its chats is not true any more.
        with db.write():
            Older.objects.filter(channel=channel, state=Older.State.NONE).delete()
    if channel.oversized_events > watch.oversized:
        _ask(watch, "oversized_event", now)
    if seen is not None and seen.state_id != watch.state_id and seen.state == DeviceState.State.CONNECTED:
        _ask(watch, "reconnected", now + RECONNECT_MS)
    hours = conf.float("CATCHUP_HOURS")
    if hours and 0 < watch.next_ms <= now:
        _ask(watch, "periodic", now)
    state_id = seen.state_id if seen else 0
    if (state_id, channel.oversized_events) != (watch.state_id, watch.oversized):
        with db.write():
            Watch.objects.filter(pk=watch.pk).update(state_id=state_id, oversized=channel.oversized_events)


def _begin(channel: Channel, away_ms: int) -> None:
    now = now_millis()
    mark = channel.complete_until
    if mark is None:
        mark = int(channel.created_at.timestamp())  # from then on its events come here
    away = away_ms // 1000 if away_ms and now - away_ms > AWAY_MS else None
    hours = conf.float("CATCHUP_HOURS")
    with db.write():
        watch = Watch.objects.select_for_update().get(pk=channel.pk)
        if not watch.asked or _has_walk(channel):
            return
        Walk.objects.create(
            channel=channel, purpose=Walk.Purpose.GAP, reason=watch.asked, mark=mark, since=mark - OVERLAP,
            until=(now + channel.clock_offset_ms) // 1000 + 1, away_from=away, started_ms=now,
        )  # fmt: skip
        watch.asked, watch.due_ms, watch.next_ms = "", 0, now + int(hours * 3_600_000) if hours else 0
        watch.save(update_fields=["asked", "due_ms", "next_ms"])


def _has_walk(channel: Channel) -> bool:
    return Walk.objects.filter(
        channel=channel, purpose=Walk.Purpose.GAP, state__in=(Walk.State.RUNNING, Walk.State.PAUSED)
    ).exists()


def _states() -> dict[int, Seen]:
    newest = DeviceState.objects.values("channel_id").annotate(newest=Max("pk")).values("newest")
    rows = DeviceState.objects.filter(pk__in=newest).values_list("channel_id", "pk", "state")
    return {channel_id: Seen(pk, state) for channel_id, pk, state in rows}


def _history_ready() -> set[int]:
    """Channels whose gateway said so since the last look."""
    pulse = Pulse.objects.filter(pk=1).first()
    newest = journal.latest_id()
    if pulse is None or pulse.fact_id == newest:
        return set()
    rows = Fact.objects.filter(id__gt=pulse.fact_id, id__lte=newest, kind=HISTORY_READY)
    found = {int(data.get("channel", 0)) for data in rows.values_list("data", flat=True)}
    # A journal that begins anew after a restore has smaller ids.
    with db.write():
        Pulse.objects.filter(pk=1).update(fact_id=newest)
    return found if pulse.fact_id else set()


def _note_empty_messages() -> None:
    """Messages that came without content since the last look: perhaps the record has their text (contract 6.4.8)."""
    pulse = Pulse.objects.filter(pk=1).first()
    newest = Message.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if pulse is None or pulse.message_id == newest:
        return
    # Keys may be committed out of order: look back a little; one that was looked up stays until it is far behind.
    rows = _empty_messages(pulse.message_id - LATE_KEYS, newest) if pulse.message_id else []
    with db.write():
        if rows:
            Lookup.objects.bulk_create(rows, ignore_conflicts=True)
            Lookup.objects.filter(message_id__lt=newest - 2 * LATE_KEYS, due_ms__isnull=True).delete()
        Pulse.objects.filter(pk=1).update(message_id=newest)


def _empty_messages(after_id: int, until_id: int) -> list[Lookup]:
    empty = Message.objects.filter(
        pk__gt=after_id, pk__lte=until_id, kind="unsupported", unsupported="empty", archived=False
    )
    known = set(Lookup.objects.filter(pk__gt=after_id).values_list("pk", flat=True))
    due = now_millis() + LOOKUP_MS
    return [
        Lookup(message_id=pk, channel_id=channel_id, due_ms=due)
        for pk, channel_id in empty.filter(channel__isnull=False).values_list("pk", "channel_id")
        if pk not in known
    ]
