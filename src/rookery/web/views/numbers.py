"""The team's numbers."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from rookery.web.presenters import numbers
from rookery.web.requests import PageRequest, page, viewer_of
from rookery.web.view_models import Empty


@require_GET
def index(request: PageRequest) -> HttpResponse:
    words = _("An administrator adds a number here. Its state appears then.")
    empty = Empty(_("No numbers yet"), words, "phone")
    return page(
        request, "numbers.html", "numbers", numbers=numbers.list_numbers(viewer_of(request)), empty=empty
    )
