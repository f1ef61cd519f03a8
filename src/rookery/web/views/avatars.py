"""Pictures of contacts, for those who may see the contact."""

from __future__ import annotations

from typing import Final

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.views.decorators.http import require_safe

from rookery.conversations import access
from rookery.conversations.access import Viewer
from rookery.conversations.models import Contact, Message
from rookery.details import keeping
from rookery.media import places
from rookery.media.serving import FILE_HEADER
from rookery.web.requests import PageRequest, viewer_of

_HEADERS: Final = {
    "Content-Type": "image/webp",
    "Content-Disposition": 'inline; filename="picture.webp"',
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    # The address changes with the picture. A week: who may see it can change as well.
    "Cache-Control": "private, max-age=604800, immutable",
}


@require_safe
def show(request: PageRequest, pk: int, version: str) -> HttpResponseBase:
    """404 alike for nobody, for somebody the viewer may not see, and for no picture.

    A page that was drawn before the picture changed is led to the one of now.
    """
    contact = _find(viewer_of(request), pk)
    key = contact.avatar_key if contact is not None else ""
    if not key or not places.storage().exists(key):
        raise Http404
    if keeping.version(key) != version:
        return HttpResponseRedirect(keeping.address(pk, key), headers={"Cache-Control": "no-store"})
    if places.local_path(key) is None:
        return FileResponse(places.storage().open(key, "rb"), headers=_HEADERS)
    return HttpResponse(b"", headers={**_HEADERS, FILE_HEADER: key})


def _find(viewer: Viewer, pk: int) -> Contact | None:
    """A contact with a chat in one of the viewer's inboxes, or one who wrote in a group there."""
    account = Contact.objects.filter(account_id=viewer.account.pk, pk=pk)
    found = account.filter(access.visible(viewer, "contact_inboxes__inbox")).first()
    if found is None and Message.objects.filter(access.visible(viewer), author_id=pk).exists():
        found = account.first()
    return found
