"""Parked events: what came and could not be worked with, raw, and a way to try again.

The bytes are a stranger's. They are shown as text in a template that escapes, never as markup, never as a file.
Whoever works in a number's inbox may see that something is parked, with words and numbers hidden; only an
administrator of the account reads the body and replays.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flashes
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rookery import db
from rookery.accounts.models import AuditEntry
from rookery.conversations.access import Viewer
from rookery.intake import claims
from rookery.ops import masking, parked_events
from rookery.web.presenters.shell import shell
from rookery.web.requests import PageRequest, viewer_of
from rookery.web.requests import flashes as said

SHOWN = 100


@require_safe
def events(request: PageRequest) -> HttpResponse:
    """The list, newest first; `?before=<id>` goes on, `?reason=<code>` shows one reason's."""
    viewer = viewer_of(request)
    channels = parked_events.numbers(viewer)
    before, reason = request.GET.get("before", ""), request.GET.get("reason")
    rows, more = parked_events.page(
        channels,
        SHOWN,
        before=int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None,
        reason=reason,
    )
    why = parked_events.reasons(channels)
    filtered = {"reason": reason} if reason is not None else {}
    context = {
        "rows": rows,
        "count": sum(one.count for one in why),
        "reasons": [(one, "?" + urlencode({"reason": one.code}), one.code == reason) for one in why],
        "reason": reason,
        "older": "?" + urlencode({**filtered, "before": rows[-1].id}) if more else "",
        "administrator": viewer.is_administrator,
    }
    return _page(request, viewer, "ops/events.html", context)


@require_safe
def event(request: PageRequest, event_id: int) -> HttpResponse:
    """One event with its body as text."""
    viewer = viewer_of(request)
    found = parked_events.one(event_id, parked_events.numbers(viewer))
    if found is None:
        raise Http404
    text, cut = masking.shown(found[1], administrator=viewer.is_administrator)
    context = {"row": found[0], "text": text, "cut": cut, "administrator": viewer.is_administrator}
    return _page(request, viewer, "ops/event.html", context)


@require_POST
def replay(request: PageRequest, event_id: int) -> HttpResponse:
    """Process it once more, as if it had just come."""
    viewer = _administrator(request)
    if parked_events.one(event_id, parked_events.numbers(viewer)) is None:
        raise Http404
    with db.write():
        claims.replay(event_id)
        _note(viewer, "event.replayed", event_id)
    return HttpResponseRedirect(reverse("events"))


@require_POST
def replay_all(request: PageRequest) -> HttpResponse:
    """Process all of them once more, or those of one reason: after an upgrade, say."""
    viewer = _administrator(request)
    reason = request.POST.get("reason")
    with db.write():
        count = parked_events.do_replay_all(parked_events.numbers(viewer), reason)
        _note(viewer, "events.replayed", None, count=count)
    words = ngettext("%(count)d event is processed again.", "%(count)d events are processed again.", count)
    flashes.info(request, words % {"count": count})
    return HttpResponseRedirect(reverse("events"))


def _note(viewer: Viewer, action: str, event_id: int | None, **data: int) -> None:
    AuditEntry.objects.create(
        account=viewer.account,
        actor=viewer.user,
        action=action,
        target_kind="event",
        target_id=event_id,
        data=data,
    )


def _administrator(request: PageRequest) -> Viewer:
    viewer = viewer_of(request)
    if not viewer.is_administrator:
        raise Http404
    return viewer


def _page(request: PageRequest, viewer: Viewer, template: str, context: dict[str, Any]) -> HttpResponse:
    around = {"shell": shell(viewer, "events"), "flashes": said(request), "current": None}
    return render(request, template, around | context)
