"""Messages of a conversation: fetched live, fetched older, posted; and what becomes of one of ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_POST

from rookery import journal
from rookery.conversations import access, queries
from rookery.conversations.actions import outgoing
from rookery.conversations.errors import Refused
from rookery.conversations.models import Conversation, Message
from rookery.media import uploads
from rookery.media.errors import MediaError
from rookery.web.forms import PostForm
from rookery.web.presenters import conversation as talks
from rookery.web.presenters import messages as bubbles
from rookery.web.presenters import words
from rookery.web.requests import PageRequest, part, viewer_of, wants_part
from rookery.web.view_models import Log

CURSOR = "X-Rookery-Cursor"


class Messages(View):
    """The log of one conversation as a resource."""

    def get(self, request: PageRequest, display_id: int) -> HttpResponse:
        found = access.conversation(viewer_of(request), display_id)
        if "before" in request.GET:
            return _older(request, found)
        if "around" in request.GET:
            return _around(request, found)
        return _changes(request, found)

    def post(self, request: PageRequest, display_id: int) -> HttpResponse:
        found = access.conversation(viewer_of(request), display_id)
        try:
            posted = _post(request, found)
        except Refused as error:
            return _refused(error.field or "text", error.code, error.params)
        except MediaError as error:
            return _refused("files", error.code, error.params)
        if not wants_part(request):
            return HttpResponseRedirect(reverse("conversation", kwargs={"display_id": display_id}))
        return _bubbles(request, talks.posted(found, posted))


@require_POST
def retry(request: PageRequest, pk: int) -> HttpResponse:
    """Send a failed one again, or answer "still send?" with yes. `choice`: its file may be compressed, or goes as a
    document."""
    choice = request.POST.get("choice", "")

    def again(message: Message, user: Any) -> Message:
        return outgoing.do_retry(
            message, user, compress=choice == "compress", as_document=choice == "document"
        )

    return _done(request, again, access.message(viewer_of(request), pk))


@require_POST
def settlement(request: PageRequest, pk: int) -> HttpResponse:
    """What became of an uncertain one: `choice` again or arrived."""
    message, choice = access.message(viewer_of(request), pk), request.POST.get("choice")
    if choice == "again":
        return _done(request, outgoing.do_retry, message)
    if choice == "arrived":
        return _done(request, lambda uncertain, user: outgoing.do_settle(uncertain, True, user), message)
    return HttpResponse(status=400)


class One(View):
    def delete(self, request: PageRequest, pk: int) -> HttpResponse:
        """Take back what has not left yet."""
        return _done(request, outgoing.do_cancel, access.message(viewer_of(request), pk))


def _done(request: PageRequest, act: Callable[[Message, Any], Message], message: Message) -> HttpResponse:
    """The bubble itself changes through the stream, in every browser alike."""
    try:
        act(message, request.user)
    except Refused as error:
        return _refused("message", error.code, error.params)
    return HttpResponse(status=204)


def _post(request: PageRequest, found: Conversation) -> list[Message]:
    form = PostForm(request.POST)
    if not form.is_valid():
        raise Refused("client_ref_used", next(iter(form.errors)))
    fields, files = form.cleaned_data, request.FILES.getlist("files")
    quoted = access.message(viewer_of(request), fields["reply_to"]) if fields["reply_to"] else None
    if len(files) > outgoing.MAX_FILES:
        raise Refused("too_many_files", "files", limit=outgoing.MAX_FILES)
    stored = [uploads.accept(found.account, file) for file in files]
    return outgoing.do_post_message(
        found,
        user=request.user,
        text=fields["text"].replace("\r\n", "\n"),
        files=[outgoing.Upload(upload.blob, upload.name, upload.kind) for upload in stored],
        reply_to=quoted,
        client_ref=fields["client_ref"],
    )


def _changes(request: PageRequest, found: Conversation) -> HttpResponse:
    epoch, dash, since = request.GET.get("since", "").rpartition("-")
    if not _is_id(since) or (dash and epoch != journal.epoch()):
        return _reset()
    changes = queries.list_changes(found, int(since))
    if changes.reset:
        return _reset()
    cursor = f"{epoch}{dash}{changes.cursor}"
    if not changes.messages and not changes.gone:
        return HttpResponse(headers={CURSOR: cursor})  # what was heard of was fetched already
    log = replace(talks.bubbles(found, changes.messages), gone=changes.gone)
    return _bubbles(request, log, cursor)


def _older(request: PageRequest, found: Conversation) -> HttpResponse:
    place = bubbles.position(request.GET["before"])
    if place is None:
        return HttpResponse(status=400)
    log, before = talks.older(found, place)
    answer = _bubbles(request, log)
    answer["X-Rookery-Before"] = before
    return answer


def _around(request: PageRequest, found: Conversation) -> HttpResponse:
    asked = request.GET["around"]
    message = access.message(viewer_of(request), int(asked) if _is_id(asked) else 0)
    return _bubbles(request, talks.bubbles(found, queries.list_messages_around(found, message)))


def _is_id(text: str) -> bool:
    """Whether it is a number that a database could have given."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _bubbles(request: PageRequest, log: Log, cursor: str = "") -> HttpResponse:
    answer = part(request, "conversation/_messages.html", log=log)
    if cursor:
        answer[CURSOR] = cursor
    return answer


def _reset() -> HttpResponse:
    return HttpResponse(status=409, headers={"X-Rookery-Reset": "1"})


def _refused(field: str, code: str, params: dict[str, Any]) -> HttpResponse:
    return JsonResponse({"errors": {field: words.refusal(code, params)}, "code": code}, status=422)
