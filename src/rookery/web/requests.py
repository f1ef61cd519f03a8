"""What a view may take for granted about a request of a signed-in person."""

from __future__ import annotations

from typing import Any

from django.contrib.messages import WARNING, get_messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from rookery.accounts.models import User
from rookery.conversations import access
from rookery.conversations.access import Viewer
from rookery.web.bubbles import bubble_html
from rookery.web.presenters.shell import shell
from rookery.web.view_models import Flash

__all__ = ["PageRequest", "flashes", "page", "part", "viewer_of", "wants_part"]


class PageRequest(HttpRequest):
    """A request that passed SignedInOnly and htmx's middleware."""

    user: User
    htmx: HtmxDetails
    viewer: Viewer | None


def viewer_of(request: PageRequest) -> Viewer:
    """The signed-in user as a member of their account, asked once a request. Raises Http404 without a membership."""
    if request.viewer is None:
        request.viewer = access.viewer(request.user)
    return request.viewer


def wants_part(request: PageRequest) -> bool:
    """Whether our script or htmx asks: it needs a fragment or a status, never a page or a redirect."""
    return bool(request.htmx) or request.headers.get("X-Requested-With") == "fetch"


def sent(request: HttpRequest) -> QueryDict:
    """The form fields of a PUT, which Django does not parse."""
    return QueryDict(request.body)


def page(
    request: PageRequest, template: str, section: str, *, status: int = 200, cursor: str = "", **context: Any
) -> HttpResponse:
    """A whole page with everything around it. `current`: display id of the open conversation; `cursor`: the
    journal's position before anything on the page was asked for, else what comes meanwhile is never shown."""
    column, talk = context.get("list"), context.get("page")
    unread = column.rows.unread if column is not None else None
    cursor = talk.log.cursor if talk is not None else cursor
    around = {
        "shell": shell(viewer_of(request), section, unread=unread, cursor=cursor),
        "flashes": flashes(request),
        "current": context.pop("current", None),
        "bubble_html": bubble_html,
    }
    return render(request, f"web/{template}", around | context, status=status)


def part(request: PageRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """A fragment of a page."""
    return render(
        request, f"web/{template}", {"bubble_html": bubble_html, "current": None} | context, status=status
    )


def flashes(request: HttpRequest) -> tuple[Flash, ...]:
    """What was said by the last action, or must be known now; warnings stay until somebody closes them."""
    return tuple(Flash(str(said), warning=said.level >= WARNING) for said in get_messages(request))
