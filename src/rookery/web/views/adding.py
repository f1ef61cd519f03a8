"""Adding a number. Administrators alone; everybody else finds nothing."""

from __future__ import annotations

from contextlib import suppress

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from rookery.accounts.models import Account
from rookery.channels import gateways, linking
from rookery.conversations.access import Viewer
from rookery.conversations.actions import inboxes
from rookery.conversations.errors import Refused
from rookery.web.presenters import adding as presenter
from rookery.web.presenters.adding import Note, Typed, Verdict
from rookery.web.requests import PageRequest, page, part, viewer_of


@require_http_methods(["GET", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """The form; posted, the number is stored and its phone comes next. Nothing is made at the gateway before the
    number is ours, so that of two at once one leaves nothing behind."""
    viewer = _administrator(request)
    if request.method == "GET":
        return _page(request, viewer.account, Typed())
    typed = presenter.read(request.POST.dict(), viewer.account)
    notes = presenter.notes(typed)
    if not presenter.is_right(notes):
        return _page(request, viewer.account, typed, notes, status=422)
    look, verdict = _look(typed)
    if look is None:
        return _page(request, viewer.account, typed, notes, verdict, status=422)
    try:
        added = inboxes.do_add_for(viewer.account, _order(typed, look), by=request.user)
    except Refused:
        refused = notes | {"phone": Note("bad", presenter.taken())}
        return _page(request, viewer.account, typed, refused, status=422)
    with suppress(linking.Trouble):  # the page that comes next asks again, and says what is wrong
        linking.do_ensure_slot(added.channel)
    return HttpResponseRedirect(reverse("number_link", kwargs={"inbox_id": added.inbox.pk}))


@require_POST
def note(request: PageRequest, act: str) -> HttpResponse:
    """What to say under the field `act` as one leaves it."""
    viewer = _administrator(request)
    if act not in presenter.FIELDS:
        raise Http404
    found = presenter.notes(presenter.read(request.POST.dict(), viewer.account))
    names = ("username", "password") if act in ("username", "password") else (act,)
    return part(request, "linking/_notes.html", names=names, notes=found)


@require_POST
def test(request: PageRequest) -> HttpResponse:
    """Ask the gateway; nothing is stored."""
    viewer = _administrator(request)
    typed = presenter.read(request.POST.dict(), viewer.account)
    _looked, verdict = _look(typed)
    return part(request, "linking/_verdict.html", verdict=verdict)


def _look(typed: Typed) -> tuple[gateways.Look | None, Verdict]:
    url = typed.gateway.url if typed.gateway is not None else typed.url
    try:
        look = gateways.look(presenter.place(typed), typed.number)
    except gateways.Trouble as error:
        return None, presenter.trouble(error.code, url)
    if look.other:
        return None, presenter.trouble("one_number", url, look.other)
    return look, presenter.found(look, number=bool(typed.number))


def _order(typed: Typed, look: gateways.Look) -> inboxes.NewNumber:
    place = presenter.place(typed)
    return inboxes.NewNumber(
        name=typed.name,
        phone=typed.number,
        url=place.url,
        username=place.username,
        password=place.password,
        device_id=look.slot or gateways.slot_name(typed.number),
        gateway=typed.gateway,
        shared=not look.own_hooks,
        own_pn=look.own_pn,
    )


def _administrator(request: PageRequest) -> Viewer:
    viewer = viewer_of(request)
    if not viewer.is_administrator:
        raise Http404
    return viewer


def _page(
    request: PageRequest,
    account: Account,
    typed: Typed,
    notes: dict[str, Note] | None = None,
    verdict: Verdict | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = presenter.page(account, typed, notes, verdict)
    return page(request, "linking/add.html", "numbers", status=status, form=shown)
