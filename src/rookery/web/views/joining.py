"""Contacts that are one person: proposals, a look before joining, joining, and taking it back. Administrators alone."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rookery import db
from rookery.conversations import access
from rookery.conversations.access import Viewer
from rookery.conversations.actions import duplicates as scanner
from rookery.conversations.actions import merging
from rookery.conversations.errors import Refused
from rookery.conversations.models import Merge
from rookery.web.formatting import plain
from rookery.web.presenters import contacts, words
from rookery.web.presenters import joining as presenter
from rookery.web.requests import PageRequest, page, part, viewer_of


@require_GET
def duplicates(request: PageRequest) -> HttpResponse:
    """Looks through all contacts each time: it reads every one once."""
    viewer = _administrator(request)
    found = presenter.proposals(viewer, scanner.scan(viewer.account.pk))
    return page(request, "duplicates.html", "contacts", proposals=found)


@require_GET
def candidates(request: PageRequest, pk: int) -> HttpResponse:
    """Whom a contact may be joined with, by name or number."""
    viewer = _administrator(request)
    contact, query = access.contact(viewer, pk), plain(request.GET.get("q", "")[: contacts.LONGEST_QUERY])
    return part(
        request, "contacts/_candidates.html", rows=presenter.candidates(viewer, contact, query), query=query
    )


@require_http_methods(["GET", "POST"])
def join(request: PageRequest, pk: int, other: int) -> HttpResponse:
    """What would happen; posted: it happens."""
    viewer = _administrator(request)
    one, two = access.person(viewer, pk), access.person(viewer, other)
    if request.method == "GET":
        return page(request, "join.html", "contacts", joining=presenter.preview(one, two))
    try:
        merging.do_merge(viewer.account.pk, one.pk, two.pk, reason="agent", by=request.user)
    except Refused as error:
        flashes.warning(request, words.refusal(error.code, error.params))
        return HttpResponseRedirect(reverse("contact", kwargs={"pk": one.pk}))
    flashes.success(request, _("Joined. It can be taken back on this page."))
    return HttpResponseRedirect(reverse("contact", kwargs={"pk": one.pk}))


@require_POST
def part_for_good(request: PageRequest, pk: int, other: int) -> HttpResponse:
    """They are two: never proposed and never joined by themselves again."""
    viewer = _administrator(request)
    one, two = access.person(viewer, pk), access.person(viewer, other)
    with db.write():
        merging.do_set_apart(viewer.account.pk, one.pk, two.pk)
    return HttpResponseRedirect(reverse("duplicates"))


@require_POST
def undo(request: PageRequest, merge_id: int) -> HttpResponse:
    viewer = _administrator(request)
    merge = Merge.objects.filter(account_id=viewer.account.pk, pk=merge_id).first()
    if merge is None:
        raise Http404
    try:
        merging.do_undo(merge.pk, request.user)
    except Refused as error:
        flashes.warning(request, words.refusal(error.code, error.params))
    else:
        flashes.success(request, _("They are two contacts again, and stay so."))
    return HttpResponseRedirect(reverse("contact", kwargs={"pk": merge.kept_id}))


def _administrator(request: PageRequest) -> Viewer:
    viewer = viewer_of(request)
    if not viewer.is_administrator:
        raise Http404
    return viewer
