"""Asking the gateway for what is older than everything stored of a chat."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from rookery.catchup import older
from rookery.conversations import access
from rookery.web.requests import PageRequest, viewer_of


@require_POST
def ask(request: PageRequest, display_id: int) -> HttpResponse:
    """`{"state": asked | none}`; what comes of it is told through the stream (`conversation.changed`, `older`)."""
    found = access.conversation(viewer_of(request), display_id)
    return JsonResponse({"state": older.do_ask(found.contact_inbox_id)})
