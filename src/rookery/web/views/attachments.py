"""Files of messages, for those who may see the message."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from rookery.conversations import access
from rookery.conversations.actions import files
from rookery.conversations.models import Attachment
from rookery.media.serving import file_response
from rookery.web.presenters import around
from rookery.web.requests import PageRequest, viewer_of


@require_safe
def show(request: PageRequest, uuid: UUID, name: str) -> HttpResponseBase:
    """The name is for people and downloads; the uuid decides."""
    return file_response(_readable(request, uuid))


@require_safe
def thumb(request: PageRequest, uuid: UUID) -> HttpResponseBase:
    return file_response(_readable(request, uuid), thumb=True)


@require_safe
def play(request: PageRequest, uuid: UUID) -> HttpResponseBase:
    """The copy for browsers that do not play the recording itself."""
    return file_response(_readable(request, uuid), play=True)


@require_POST
def retry(request: PageRequest, uuid: UUID) -> HttpResponse:
    viewer = viewer_of(request)
    files.do_retry_attachment(access.attachment(viewer, uuid), any_size=viewer.is_administrator)
    return HttpResponse(status=204)


def _readable(request: PageRequest, uuid: UUID) -> Attachment:
    """A file of a message that was deleted for everyone is as hidden as its text. Raises Http404."""
    viewer = viewer_of(request)
    found = access.attachment(viewer, uuid)
    if found.message.revoked_at is not None and not around.may_read_deleted(viewer):
        raise Http404
    return found
