"""The event behind a message that could not be shown, for administrators: text, as on the parked events' pages."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from rookery.conversations import access
from rookery.intake.models import RawEvent
from rookery.ops import masking
from rookery.web.requests import PageRequest, part, viewer_of


@require_safe
def show(request: PageRequest, pk: int) -> HttpResponse:
    """Raises Http404 for whoever is no administrator of the account."""
    viewer = viewer_of(request)
    message = access.message(viewer, pk)
    if not viewer.is_administrator:
        raise Http404
    found = RawEvent.objects.filter(pk=message.raw_event_id or 0, channel_id=message.channel_id or 0).first()
    text, cut = masking.shown(bytes(found.body), administrator=True) if found is not None else ("", False)
    return part(request, "more/_origin.html", number=message.raw_event_id, text=text, cut=cut)
