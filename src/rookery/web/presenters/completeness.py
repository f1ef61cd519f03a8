"""How complete a number's history is: what is sure, what was healed, what nobody can know; and imports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from rookery.catchup import queries
from rookery.catchup.queries import Healed, JobView, StretchView, WalkView
from rookery.web.presenters import words

REASONS: Final = {
    "start": noop("Rookery was started"),
    "reconnected": noop("the phone was connected again"),
    "history_ready": noop("the phone's history was read"),
    "oversized_event": noop("an event was too large"),
    "periodic": noop("looked as every few hours"),
    "settling": noop("the phone was still settling"),
    "asked": noop("somebody asked"),
}
LOST: Final = {
    "receipts": noop("ticks"),
    "group_events": noop("who joined or left groups"),
    "call_events": noop("calls"),
    "edits": noop("some edits"),
    "reactions": noop("some reactions"),
    "revokes": noop("deletions"),
}
STATES: Final = {
    "running": noop("Running"),
    "paused": noop("Paused"),
    "done": noop("Done"),
    "cancelled": noop("Ended"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was missing: between which moments, what was put right, and why it was looked for."""

    since: datetime
    until: datetime
    healed: str
    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    since: datetime
    until: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Job:
    """An import. `acts`: what can be done to it now, as (address, word)."""

    state: str
    words: str
    progress: int | None
    problem: str
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CompletenessPart:
    """`until` None: nothing was read yet. `progress` in percent while a reading runs. `check_url` asks for one now."""

    until: datetime | None
    running: str
    progress: int | None
    problem: str
    last: datetime | None
    gaps: tuple[Gap, ...]
    unknown: tuple[Unknown, ...]
    lost: str
    jobs: tuple[Job, ...]
    busy: bool
    check_url: str
    import_url: str


def part(inbox_id: int, channel_id: int) -> CompletenessPart:
    found = queries.completeness(channel_id)
    running = found.running
    return CompletenessPart(
        until=_moment(found.complete_until),
        running=_reading(running, found.asked),
        progress=_percent(running.chats_done, running.chats_total) if running else None,
        problem=words.failure(running.error, {}) if running and running.error else "",
        last=_moment(found.last_walk.ended_at) if found.last_walk else None,
        gaps=tuple(_gap(walk) for walk in found.gaps),
        unknown=tuple(_unknown(stretch) for stretch in found.unknown),
        lost=_listed(LOST[name] for name in found.lost if name in LOST),
        jobs=tuple(_job(inbox_id, job) for job in found.jobs),
        busy=any(job.state in ("running", "paused") for job in found.jobs),
        check_url=f"/numbers/{inbox_id}/check",
        import_url=f"/numbers/{inbox_id}/imports",
    )


def _reading(walk: WalkView | None, asked: str) -> str:
    if walk is None:
        return _("A reading begins in a moment.") if asked else ""
    if walk.chats_total is None:
        return _("Reading the list of chats …")
    numbers = {"done": walk.chats_done, "count": walk.chats_total}
    return _("Reading chat %(done)d of %(count)d …") % numbers


def _gap(walk: WalkView) -> Gap:
    return Gap(
        since=_moment(walk.first_at) or _at(walk.since),
        until=_moment(walk.last_at) or _at(walk.until),
        healed=_healed(walk.healed),
        why=_(REASONS.get(walk.reason, REASONS["asked"])),
    )


def _healed(healed: Healed) -> str:
    parts = (
        (healed.messages, ngettext("%(count)d message", "%(count)d messages", healed.messages)),
        (healed.files, ngettext("%(count)d file", "%(count)d files", healed.files)),
        (healed.edits, ngettext("%(count)d edit", "%(count)d edits", healed.edits)),
        (healed.reactions, ngettext("%(count)d reaction", "%(count)d reactions", healed.reactions)),
        (healed.calls, ngettext("%(count)d call", "%(count)d calls", healed.calls)),
        (healed.texts, ngettext("%(count)d answer's text", "%(count)d answers' texts", healed.texts)),
    )
    return ", ".join(sentence % {"count": count} for count, sentence in parts if count)


def _unknown(stretch: StretchView) -> Unknown:
    why = {
        "relinked": _("The number was linked anew, and the gateway's record begins after that."),
        "record_begins_later": _("The gateway's record begins later: it was emptied or is new."),
    }
    return Unknown(_at(stretch.since), _at(stretch.until), why.get(stretch.reason, ""))


def _job(inbox_id: int, job: JobView) -> Job:
    path = f"/numbers/{inbox_id}/imports/{job.id}"
    acts = {
        "running": ((f"{path}/pause", _("Pause")), (f"{path}/cancel", _("End"))),
        "paused": ((f"{path}/resume", _("Go on")), (f"{path}/cancel", _("End"))),
    }
    days = ngettext("the last day", "the last %(count)d days", job.days) % {"count": job.days}
    count = ngettext("%(count)d message", "%(count)d messages", job.messages) % {"count": job.messages}
    return Job(
        state=_(STATES.get(job.state, STATES["done"])),
        words=f"{days} · {count}",
        progress=_percent(job.chats_done, job.chats_total) if job.state in acts else None,
        problem=words.failure(job.error, {}) if job.error else "",
        acts=acts.get(job.state, ()),
    )


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(_(part) for part in parts)


def _percent(done: int, total: int | None) -> int:
    return min(100, round(done * 100 / total)) if total else 0


def _moment(second: int | None) -> datetime | None:
    return None if second is None else _at(second)


def _at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
