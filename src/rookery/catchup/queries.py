"""What pages and the API show of completeness: view models only.

All times are epoch seconds, None where there is none. Whoever asks has checked that the viewer may see the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from rookery.catchup.models import Older, Stretch, Walk, Watch
from rookery.channels.models import Channel

LOST: Final = ("receipts", "group_events", "call_events", "edits", "reactions", "revokes")
"""What listing a record cannot bring back, or (edits, reactions) only in part (decisions D3)."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Healed:
    """How much was put right; `files` belong to `messages`, `texts` to messages that had come empty."""

    messages: int
    files: int
    edits: int
    reactions: int
    calls: int
    texts: int

    @property
    def total(self) -> int:
        return self.messages + self.edits + self.reactions + self.calls + self.texts


@dataclass(frozen=True, slots=True)
class WalkView:
    """One reading of the record. `reason`: start, reconnected, history_ready, oversized_event, periodic, settling, asked.

    `since` to `until` was read. `first_at` to `last_at`: the gap, that is of the messages that were missing.
    `refused`: rows nothing could be made of. `error`: a code while the gateway does not answer, else "".
    `away_from`: Rookery did not run from then on. `chats_total` is None before the list of chats is there.
    """

    id: int
    reason: str
    state: str
    since: int
    until: int
    started_at: int
    ended_at: int | None
    away_from: int | None
    chats_done: int
    chats_total: int | None
    healed: Healed
    first_at: int | None
    last_at: int | None
    refused: int
    error: str


@dataclass(frozen=True, slots=True)
class StretchView:
    """A time of which nobody can know; `reason` record_begins_later or relinked; `lost`: what cannot come back."""

    since: int
    until: int
    reason: str
    lost: tuple[str, ...] = LOST


@dataclass(frozen=True, slots=True)
class JobView:
    """An import of history. `days` back from its beginning; `chats` are JIDs, none for all. `state`: running,
    paused, done, cancelled. `by`: a user's id."""

    id: int
    days: int
    chats: tuple[str, ...]
    state: str
    chats_done: int
    chats_total: int | None
    messages: int
    files: int
    oldest_at: int | None
    started_at: int
    ended_at: int | None
    by: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete one number is. `complete_until` None: nothing was read yet. `asked`: a reading will begin soon.

    `running` is being read now; `last_walk` was read last; `last_gap` found something last. `gaps`: those that
    found something, newest first. `lost`: what no reading brings back.
    """

    channel_id: int
    complete_until: int | None
    asked: str
    running: WalkView | None
    last_walk: WalkView | None
    last_gap: WalkView | None
    gaps: tuple[WalkView, ...]
    unknown: tuple[StretchView, ...]
    jobs: tuple[JobView, ...]
    lost: tuple[str, ...] = LOST


@dataclass(frozen=True, slots=True)
class OlderView:
    """Above a chat's oldest message. `state`: "" (never asked), asked, some (there may be more), none, failed.

    `found`: how many messages the last answer brought.
    """

    state: str
    found: int = 0


def completeness(channel_id: int) -> Completeness:
    """One number. Raises Channel.DoesNotExist."""
    return completeness_of([channel_id])[0]


def completeness_of(channel_ids: Sequence[int]) -> list[Completeness]:
    """Several numbers, in this order. Raises Channel.DoesNotExist for one that is gone."""
    channels = Channel.objects.in_bulk(list(channel_ids))
    missing = [one for one in channel_ids if one not in channels]
    if missing:
        raise Channel.DoesNotExist(f"no channel {missing[0]}")
    asked = dict(Watch.objects.filter(pk__in=channel_ids).values_list("pk", "asked"))
    return [_completeness(channels[one], asked.get(one, "")) for one in channel_ids]


def job(job_id: int, channel_id: int | None = None) -> JobView | None:
    """One import, of this number if one is named; None when there is none of this id."""
    rows = Walk.objects.filter(pk=job_id, purpose=Walk.Purpose.IMPORT)
    walk = (rows if channel_id is None else rows.filter(channel_id=channel_id)).first()
    return None if walk is None else _job(walk)


def older(contact_inbox_id: int) -> OlderView:
    """What is known of a chat's older messages."""
    row = Older.objects.filter(pk=contact_inbox_id).first()
    return OlderView("") if row is None else OlderView(row.state, row.found)


def _completeness(channel: Channel, asked: str) -> Completeness:
    walks = Walk.objects.filter(channel=channel, purpose=Walk.Purpose.GAP).order_by("-pk")
    running = walks.filter(state=Walk.State.RUNNING).first()
    ended = walks.filter(state=Walk.State.DONE)
    gaps = tuple(_walk(walk) for walk in ended.filter(_healed())[:SHOWN])
    last = ended.first()
    unknown = Stretch.objects.filter(channel=channel).order_by("-since")[:SHOWN]
    jobs = Walk.objects.filter(channel=channel, purpose=Walk.Purpose.IMPORT).order_by("-pk")[:SHOWN]
    return Completeness(
        channel_id=channel.pk,
        complete_until=channel.complete_until,
        asked=asked,
        running=None if running is None else _walk(running),
        last_walk=None if last is None else _walk(last),
        last_gap=gaps[0] if gaps else None,
        gaps=gaps,
        unknown=tuple(StretchView(one.since, one.until, one.reason) for one in unknown),
        jobs=tuple(_job(walk) for walk in jobs),
    )


def _healed() -> Q:
    found = Q()
    for name in ("messages", "edits", "reactions", "calls", "texts"):
        found |= Q(**{f"{name}__gt": 0})
    return found


def _walk(walk: Walk) -> WalkView:
    return WalkView(
        id=walk.pk,
        reason=walk.reason,
        state=walk.state,
        since=walk.since,
        until=walk.until,
        started_at=walk.started_ms // 1000,
        ended_at=_second(walk.ended_ms),
        away_from=walk.away_from,
        chats_done=walk.chats_done,
        chats_total=walk.chats_total if walk.listed else None,
        healed=Healed(walk.messages, walk.files, walk.edits, walk.reactions, walk.calls, walk.texts),
        first_at=walk.first_at,
        last_at=walk.last_at,
        refused=walk.refused,
        error=walk.error,
    )


def _job(walk: Walk) -> JobView:
    return JobView(
        id=walk.pk,
        days=round((walk.started_ms // 1000 - walk.since) / 86_400),
        chats=tuple(walk.wanted),
        state=walk.state,
        chats_done=walk.chats_done,
        chats_total=walk.chats_total if walk.listed else None,
        messages=walk.messages,
        files=walk.files,
        oldest_at=walk.oldest_at,
        started_at=walk.started_ms // 1000,
        ended_at=_second(walk.ended_ms),
        by=walk.by_id,
        error=walk.error,
    )


def _second(millis: int | None) -> int | None:
    return None if millis is None else millis // 1000
