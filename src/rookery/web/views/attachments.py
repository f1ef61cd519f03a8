"""Files of messages, for those who may see the message."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from rookery.conversations import access
from rookery.conversations.actions import files
from rookery.media.serving import file_response
from rookery.web.requests import PageRequest, viewer_of


@require_safe
def show(request: PageRequest, uuid: UUID, name: str) -> HttpResponseBase:
    """The name is for people and downloads; the uuid decides."""
    return file_response(access.attachment(viewer_of(request), uuid))


@require_safe
def thumb(request: PageRequest, uuid: UUID) -> HttpResponseBase:
    return file_response(access.attachment(viewer_of(request), uuid), thumb=True)


@require_POST
def retry(request: PageRequest, uuid: UUID) -> HttpResponse:
    files.do_retry_attachment(access.attachment(viewer_of(request), uuid))
    return HttpResponse(status=204)
