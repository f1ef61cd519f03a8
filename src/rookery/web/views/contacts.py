"""People and groups: the list, one of them, and the name the team gives them."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rookery.conversations import access
from rookery.conversations.actions import names
from rookery.web.formatting import plain
from rookery.web.presenters import contacts as presenter
from rookery.web.requests import PageRequest, page, part, viewer_of


@require_GET
def index(request: PageRequest) -> HttpResponse:
    viewer, query = viewer_of(request), plain(request.GET.get("q", "")[: presenter.LONGEST_QUERY])
    shown = presenter.list_page(viewer, query, _page_number(request))
    if request.htmx.target == "contacts":
        return part(request, "contacts/_rows.html", people=shown)
    return page(request, "contacts.html", "contacts", people=shown)


@require_GET
def show(request: PageRequest, pk: int) -> HttpResponse:
    viewer = viewer_of(request)
    found = access.contact_or_successor(viewer, pk)
    if found.pk != pk:
        return HttpResponseRedirect(reverse("contact", kwargs={"pk": found.pk}))
    return page(request, "contact.html", "contacts", person=presenter.person_page(viewer, found))


@require_POST
def name(request: PageRequest, pk: int) -> HttpResponse:
    """An empty name falls back to what WhatsApp says."""
    found = access.contact(viewer_of(request), pk)
    names.do_set_agent_name(found, request.POST.get("name", ""), by=request.user)
    flashes.success(request, _("Saved."))
    return HttpResponseRedirect(reverse("contact", kwargs={"pk": pk}))


def _page_number(request: PageRequest) -> int:
    asked = request.GET.get("page", "")
    return (
        min(int(asked), 10_000)
        if asked.isascii() and asked.isdecimal() and len(asked) < 6 and int(asked)
        else 1
    )
