"""With hardly any space left pages read and write nothing, and say why.

What is left of the disk belongs to the webhook door: a message that cannot be stored is lost, a click can be
repeated. Stands behind the messages' middleware.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from rookery.ops import space

SAFE = ("GET", "HEAD", "OPTIONS")
INSUFFICIENT_STORAGE = 507
FRESH = 2.0


class SpaceGuard:
    """Refuses whatever would write while `space.room()` is critical, and puts a notice on every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._critical = False
        self._looked = float("-inf")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not self._is_critical():
            return self.get_response(request)
        if request.method not in SAFE:
            return HttpResponse(
                words(), status=INSUFFICIENT_STORAGE, content_type="text/plain; charset=utf-8"
            )
        if _is_page(request):
            messages.warning(request, words())
        response = self.get_response(request)
        # A notice that no page showed would be kept in the session, which is a write.
        list(messages.get_messages(request))
        return response

    def _is_critical(self) -> bool:
        now = time.monotonic()
        if now - self._looked > FRESH:
            self._looked = now
            self._critical = space.free() < space.CRITICAL
        return self._critical


def words() -> str:
    return _(
        "The disk is almost full: nothing is sent or processed until there is room. Webhooks are still kept."
    )


def _is_page(request: HttpRequest) -> bool:
    """A whole page of a signed-in person, not a fragment, a picture or a probe."""
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        return False
    return "text/html" in request.headers.get("Accept", "") and request.user.is_authenticated
