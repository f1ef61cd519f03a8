"""One number: how it is, how complete its history is, and which chats its inbox takes in."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rookery.catchup import imports, queries, requests
from rookery.conversations import access
from rookery.conversations.actions import rules as actions
from rookery.conversations.errors import Refused
from rookery.conversations.models import Inbox
from rookery.web.presenters import number as presenter
from rookery.web.presenters import words
from rookery.web.requests import PageRequest, page, viewer_of


@require_GET
def show(request: PageRequest, inbox_id: int) -> HttpResponse:
    """Agents read it; only administrators find something to change."""
    return _page(request, access.inbox(viewer_of(request), inbox_id))


@require_POST
def rules(request: PageRequest, inbox_id: int) -> HttpResponse:
    inbox = _administered(request, inbox_id)
    chosen = [*request.POST.getlist("group"), *request.POST.get("more_groups", "").splitlines()]
    try:
        actions.do_set_rules(
            inbox,
            groups=request.POST.get("groups", ""),
            group_list=chosen,
            ignored=request.POST.get("ignored", "").splitlines(),
            newsletters="newsletters" in request.POST,
            by=request.user,
        )
    except Refused as error:
        said = presenter.Typed(
            groups=request.POST.get("groups", ""),
            chosen=frozenset(request.POST.getlist("group")),
            more_groups=request.POST.get("more_groups", ""),
            ignored=request.POST.get("ignored", ""),
            newsletters="newsletters" in request.POST,
            problem_at=error.field,
            problem=words.refusal(error.code, error.params),
        )
        return _page(request, inbox, said, status=422)
    flashes.success(request, _("Saved. It counts from the next message on."))
    return HttpResponseRedirect(reverse("number", kwargs={"inbox_id": inbox.pk}))


@require_POST
def check(request: PageRequest, inbox_id: int) -> HttpResponse:
    """Read the gateway's record from the mark on, now."""
    inbox = _administered(request, inbox_id)
    requests.do_ask(_channel(inbox))
    return _back(inbox)


@require_POST
def begin_import(request: PageRequest, inbox_id: int) -> HttpResponse:
    """Read what is older than the inbox: the last `days` days, of all chats or those in `chats`, one a line."""
    inbox = _administered(request, inbox_id)
    days, chats = request.POST.get("days", ""), request.POST.get("chats", "").split()
    try:
        number = int(days) if days.isascii() and days.isdecimal() and len(days) < 6 else 0
        imports.do_start(_channel(inbox), number, chats, by=request.user)
    except Refused as error:
        flashes.warning(request, words.refusal(error.code, error.params))
    return _back(inbox)


@require_POST
def steer_import(request: PageRequest, inbox_id: int, job_id: int, act: str) -> HttpResponse:
    """`act`: pause, resume or cancel. Too late for it: nothing happens, the page says how it is."""
    inbox = _administered(request, inbox_id)
    found = queries.job(job_id, _channel(inbox))
    steer = {"pause": imports.do_pause, "resume": imports.do_resume, "cancel": imports.do_cancel}.get(act)
    if found is None or steer is None:
        raise Http404
    steer(job_id, by=request.user)
    return _back(inbox)


def _administered(request: PageRequest, inbox_id: int) -> Inbox:
    viewer = viewer_of(request)
    inbox = access.inbox(viewer, inbox_id)
    if not viewer.is_administrator:
        raise Http404
    return inbox


def _channel(inbox: Inbox) -> int:
    if inbox.channel_id is None:
        raise Http404
    return inbox.channel_id


def _back(inbox: Inbox) -> HttpResponse:
    return HttpResponseRedirect(reverse("number", kwargs={"inbox_id": inbox.pk}) + "#completeness")


def _page(
    request: PageRequest, inbox: Inbox, typed: presenter.Typed | None = None, status: int = 200
) -> HttpResponse:
    shown = presenter.page(viewer_of(request), inbox, typed)
    return page(request, "number.html", "numbers", status=status, number=shown)
