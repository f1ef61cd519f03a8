"""Parked events as their pages need them: what, why, how often, and which may be replayed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Count
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from rookery.conversations import access
from rookery.conversations.access import Viewer
from rookery.db import statements
from rookery.intake import claims, parked
from rookery.intake.models import RawEvent
from rookery.waid import phone
from rookery.web.formatting import plain

REASONS: Final = {
    "no_inbox": noop("The number has no inbox here."),
    "unparsable": noop("It is not an event of any gateway version that is known."),
    "never_finished": noop("Each try to process it ended the whole process."),
    "database_error": noop("The database refused what it asks for."),
}
_NAME = re.compile(rb'"event"\s*:\s*"([A-Za-z0-9_.:-]{1,60})"')
_HEAD = 2_000


@dataclass(frozen=True, slots=True)
class Row:
    """A parked event as the pages show it."""

    id: int
    number: str
    what: str
    at: datetime
    attempts: int
    why: str
    code: str
    size: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why events are parked, and how many of them for that reason."""

    code: str
    why: str
    count: int


def numbers(viewer: Viewer) -> dict[int, str]:
    """The viewer's numbers as they are shown, by channel id."""
    return {pk: phone.display(number) for pk, number in access.channels(viewer).values_list("pk", "phone")}


def reasons(channels: Collection[int]) -> list[Reason]:
    """Most frequent first."""
    rows = RawEvent.objects.filter(state=RawEvent.State.PARKED, channel_id__in=channels)
    found = rows.values("error").annotate(count=Count("pk")).order_by("-count", "error")
    return [Reason(row["error"], words(row["error"]), row["count"]) for row in found]


def page(
    channels: dict[int, str], limit: int, *, before: int | None, reason: str | None
) -> tuple[list[Row], bool]:
    """Rows, newest first, and whether there are older ones."""
    found = RawEvent.objects.filter(state=RawEvent.State.PARKED, channel_id__in=channels)
    if before is not None:
        found = found.filter(id__lt=before)
    if reason is not None:
        found = found.filter(error=reason)
    ids = list(found.order_by("-id").values_list("id", flat=True)[: limit + 1])
    listed = {event.id: event for event in _parked(ids[:limit])}
    names = _names(ids[:limit])
    return [_row(listed[pk], names.get(pk, ""), channels) for pk in ids[:limit] if pk in listed], len(
        ids
    ) > limit


def one(event_id: int, channels: dict[int, str]) -> tuple[Row, bytes] | None:
    """A parked event of these numbers with its body."""
    event = RawEvent.objects.filter(pk=event_id, state=RawEvent.State.PARKED, channel_id__in=channels).first()
    if event is None:
        return None
    body = bytes(event.body)
    listed = parked.Parked(
        event.pk, event.channel_id, event.received_ms, event.attempts, event.error, len(body)
    )
    return _row(listed, _names([event.pk]).get(event.pk, ""), channels), body


def do_replay_all(channels: Collection[int], reason: str | None) -> int:
    """Make all of them new again, or those of one reason; returns how many."""
    rows = RawEvent.objects.filter(state=RawEvent.State.PARKED, channel_id__in=channels)
    if reason is not None:
        rows = rows.filter(error=reason)
    count = 0
    for event_id in list(rows.order_by("id").values_list("id", flat=True)):
        count += claims.replay(event_id)
    return count


def words(code: str) -> str:
    """A reason for people."""
    known = REASONS.get(code)
    if known:
        return _(known)
    return _("Its processing failed (%(name)s).") % {"name": plain(code)} if code else _("no reason noted")


def _parked(ids: list[int]) -> list[parked.Parked]:
    if not ids:
        return []
    marks = ",".join(["%s"] * len(ids))
    rows = statements.rows(
        f"SELECT id, channel_id, received_ms, attempts, error, length(body) FROM intake_rawevent WHERE id IN ({marks})",  # noqa: S608 -- parameter marks
        ids,
    )
    return [parked.Parked(*row) for row in rows]


def _names(ids: list[int]) -> dict[int, str]:
    """What each calls itself; its beginning is enough, for the keys are sorted."""
    if not ids:
        return {}
    marks = ",".join(["%s"] * len(ids))
    rows = statements.rows(
        f"SELECT id, substr(body, 1, {_HEAD}) FROM intake_rawevent WHERE id IN ({marks})",  # noqa: S608 -- as above
        ids,
    )
    found = {pk: _NAME.search(bytes(head)) for pk, head in rows}
    return {pk: match[1].decode() for pk, match in found.items() if match}


def _row(event: parked.Parked, name: str, channels: dict[int, str]) -> Row:
    return Row(
        id=event.id,
        number=channels.get(event.channel_id or 0, _("Unknown number")),
        what=name or _("without a name"),
        at=datetime.fromtimestamp(event.received_ms / 1000, UTC),
        attempts=event.attempts,
        why=words(event.error),
        code=event.error,
        size=filesizeformat(event.size).replace("\xa0", " "),
    )
