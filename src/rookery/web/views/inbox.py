"""The inbox: the list, and the list beside an empty pane."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from rookery import journal
from rookery.web.presenters import inbox as lists
from rookery.web.requests import PageRequest, page, part, viewer_of


@require_GET
def show(request: PageRequest) -> HttpResponse:
    cursor = journal.position()  # before the rows: what comes between is fetched twice, never missed
    column = lists.list_page(viewer_of(request), lists.asked(request.GET.dict()))
    return page(request, "inbox.html", "inbox", cursor=cursor, list=column)


@require_GET
def rows(request: PageRequest) -> HttpResponse:
    column = lists.rows_list(viewer_of(request), lists.asked(request.GET.dict()))
    answer = part(request, "list/_rows.html", list=column)
    answer["X-Rookery-Unread"] = str(column.rows.unread)
    return answer
