"""Parked events for administrators: what came and could not be understood, raw, and a way to try again.

The bytes are a stranger's. They are shown as text in a template that escapes, never as markup, never as a
file, and only to an administrator of the account whose number received them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rookery import db
from rookery.accounts.models import AuditEntry
from rookery.channels.models import Channel
from rookery.conversations.access import Viewer
from rookery.intake import claims, parked
from rookery.intake.models import RawEvent
from rookery.waid import phone
from rookery.web.formatting import plain
from rookery.web.presenters.shell import shell
from rookery.web.requests import PageRequest, viewer_of

SHOWN = 100
LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """A parked event as the page shows it."""

    id: int
    number: str
    at: datetime
    attempts: int
    error: str
    size: str


@require_safe
def events(request: PageRequest) -> HttpResponse:
    """The list, newest first; `?before=<id>` goes on."""
    viewer = _administrator(request)
    channels = _channels(viewer)
    before = request.GET.get("before", "")
    found = parked.list_parked(
        SHOWN + 1,
        before_id=int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None,
        channel_ids=channels,
    )
    shown = found[:SHOWN]
    context = {
        "rows": [_row(event, channels) for event in shown],
        "count": parked.count_parked(channels),
        "older": f"?before={shown[-1].id}" if len(found) > SHOWN else "",
    }
    return _page(request, viewer, "ops/events.html", context)


@require_safe
def event(request: PageRequest, event_id: int) -> HttpResponse:
    """One event with its body as text."""
    viewer = _administrator(request)
    channels = _channels(viewer)
    row = _parked(event_id, channels)
    body = bytes(row.body)
    text = plain(body[:LONGEST].decode("utf-8", "replace"))
    context = {
        "row": _row(_as_parked(row), channels),
        "text": text,
        "cut": len(body) > LONGEST,
    }
    return _page(request, viewer, "ops/event.html", context)


@require_POST
def replay(request: PageRequest, event_id: int) -> HttpResponse:
    """Process it once more, as if it had just come."""
    viewer = _administrator(request)
    _parked(event_id, _channels(viewer))
    with db.write():
        claims.replay(event_id)
        AuditEntry.objects.create(
            account=viewer.account,
            actor=viewer.user,
            action="event.replayed",
            target_kind="event",
            target_id=event_id,
        )
    return HttpResponseRedirect(reverse("events"))


def _administrator(request: PageRequest) -> Viewer:
    viewer = viewer_of(request)
    if not viewer.is_administrator:
        raise Http404
    return viewer


def _page(request: PageRequest, viewer: Viewer, template: str, context: dict[str, Any]) -> HttpResponse:
    around = {"shell": shell(viewer, "events"), "flashes": [], "current": None}
    return render(request, template, around | context)


def _channels(viewer: Viewer) -> dict[int, str]:
    """The account's numbers as they are shown, by channel id."""
    rows = Channel.objects.filter(account_id=viewer.account.pk)
    return {pk: phone.display(number) for pk, number in rows.values_list("pk", "phone")}


def _parked(event_id: int, channels: dict[int, str]) -> RawEvent:
    row = RawEvent.objects.filter(pk=event_id, state=RawEvent.State.PARKED, channel_id__in=channels).first()
    if row is None:
        raise Http404
    return row


def _as_parked(row: RawEvent) -> parked.Parked:
    return parked.Parked(row.pk, row.channel_id, row.received_ms, row.attempts, row.error, len(row.body))


def _row(event: parked.Parked, channels: dict[int, str]) -> Row:
    return Row(
        id=event.id,
        number=channels.get(event.channel_id or 0, _("Unknown number")),
        at=datetime.fromtimestamp(event.received_ms / 1000, UTC),
        attempts=event.attempts,
        error=plain(event.error),
        size=filesizeformat(event.size).replace("\xa0", " "),
    )
