"""One conversation: the page, its bar and banner, and what can be done to it."""

from __future__ import annotations

from django.contrib import messages as flashes
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from rookery.accounts.models import User
from rookery.conversations import access, queries
from rookery.conversations.access import Viewer
from rookery.conversations.actions import triage
from rookery.conversations.errors import Refused
from rookery.conversations.models import Conversation, Message
from rookery.web.presenters import conversation as talks
from rookery.web.presenters import inbox as lists
from rookery.web.presenters import numbers, words
from rookery.web.requests import PageRequest, page, part, sent, viewer_of


@require_GET
def show(request: PageRequest, display_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    found = access.conversation(viewer, display_id)
    if found.display_id != display_id:
        return HttpResponseRedirect(reverse("conversation", kwargs={"display_id": found.display_id}))
    talk = talks.page(viewer, found, _around(request, found))
    if request.htmx.target == "pane":
        return part(request, "conversation/pane.html", page=talk)
    column = lists.list_page(viewer, lists.asked(request.GET.dict()))
    return page(request, "conversation.html", "inbox", list=column, page=talk, current=found.display_id)


@require_GET
def header(request: PageRequest, display_id: int) -> HttpResponse:
    found = access.conversation(viewer_of(request), display_id)
    return _header(request, found)


@require_GET
def banner(request: PageRequest, display_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    found = access.conversation(viewer, display_id)
    shown = {"id": found.display_id, "banner": numbers.banner(viewer, found.inbox)}
    return part(request, "conversation/_banner.html", page=shown)


@require_POST
def read(request: PageRequest, display_id: int) -> HttpResponse:
    triage.do_mark_seen(access.conversation(viewer_of(request), display_id), by=request.user)
    return HttpResponse(status=204)


class Resolution(View):
    def put(self, request: PageRequest, display_id: int) -> HttpResponse:
        found = access.conversation(viewer_of(request), display_id)
        return _header(request, triage.do_resolve(found, by=request.user))

    def delete(self, request: PageRequest, display_id: int) -> HttpResponse:
        found = access.conversation(viewer_of(request), display_id)
        try:
            return _header(request, triage.do_reopen(found, by=request.user))
        except Refused as error:
            return _elsewhere(request, error)


class Assignment(View):
    def put(self, request: PageRequest, display_id: int) -> HttpResponse:
        viewer = viewer_of(request)
        found = access.conversation(viewer, display_id)
        wanted = sent(request).get("assignee", "me")
        agent = request.user if wanted == "me" else _agent(viewer, found, _number(wanted))
        return _header(request, triage.do_assign(found, agent, by=request.user))

    def delete(self, request: PageRequest, display_id: int) -> HttpResponse:
        found = access.conversation(viewer_of(request), display_id)
        return _header(request, triage.do_assign(found, None, by=request.user))


def _header(request: PageRequest, found: Conversation) -> HttpResponse:
    return part(request, "conversation/_header.html", head=talks.head(viewer_of(request), found))


def _elsewhere(request: PageRequest, error: Refused) -> HttpResponse:
    """The chat goes on in another conversation: say so, there."""
    flashes.info(request, words.refusal(error.code, error.params))
    other = error.params.get("display_id")
    target = reverse("conversation", kwargs={"display_id": other}) if other else reverse("inbox")
    return HttpResponse(status=422, headers={"HX-Redirect": target})


def _agent(viewer: Viewer, found: Conversation, user_id: int) -> User:
    """Somebody who works in this conversation's inbox. Raises Http404."""
    for user in queries.list_assignable(viewer, found.inbox):
        if isinstance(user, User) and user.pk == user_id:
            return user
    raise Http404


def _around(request: PageRequest, found: Conversation) -> Message | None:
    """The message an address points at, when it belongs to this conversation."""
    asked = request.GET.get("around", "")
    if not asked:
        return None
    message = access.message(viewer_of(request), _number(asked))
    return message if message.conversation_id == found.pk else None


def _number(text: str) -> int:
    """A row's key from an address; what is none belongs to nobody."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
