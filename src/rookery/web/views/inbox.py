"""The inbox: the list, and the list beside an empty pane."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from rookery import journal
from rookery.web import shared
from rookery.web.presenters import inbox as lists
from rookery.web.requests import PageRequest, page, part, viewer_of

CURSOR = "X-Rookery-Cursor"


@require_GET
def show(request: PageRequest) -> HttpResponse:
    cursor = journal.position()  # before the rows: what comes between is fetched twice, never missed
    column = lists.list_page(viewer_of(request), lists.asked(request.GET.dict()))
    return page(request, "inbox.html", "inbox", cursor=cursor, list=column)


@require_GET
def rows(request: PageRequest) -> HttpResponse:
    """The rows alone. A page that says where it stands can be given what somebody else was given a moment ago."""
    viewer, wanted = viewer_of(request), lists.asked(request.GET.dict())

    def make() -> tuple[bytes, int]:
        column = lists.rows_list(viewer, wanted)
        return part(request, "list/_rows.html", list=column).content, column.rows.unread

    if CURSOR not in request.headers:
        body, unread = make()
        return HttpResponse(body, headers={"X-Rookery-Unread": str(unread)})
    mine = viewer.user.pk if wanted.filter.assignee == "mine" else None
    key = (viewer.account.pk, viewer.inbox_ids, mine, wanted, get_language())
    made = shared.answer(key, make)
    return HttpResponse(made.body, headers={"X-Rookery-Unread": str(made.unread), CURSOR: made.cursor})
