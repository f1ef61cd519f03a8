"""Pages for what went wrong: what happened, what was kept, what to do. They ask the database nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request, 400, _("That request made no sense"), _("Nothing was changed. Go back and try again.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request, 403, _("Not for you"), _("Your role does not allow this. An administrator can change that.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    words = _("This address leads nowhere, or to something that is not yours.")
    return _answer(request, 404, _("Nothing here"), words)


def server_error(request: HttpRequest) -> HttpResponse:
    words = _(
        "This is our fault. Messages that came in are kept, and so is what you were writing. Try again."
    )
    return _answer(request, 500, _("Something broke"), words)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    words = _("Nothing was changed. It was open for too long, or cookies are switched off. Load it again.")
    return _answer(request, 403, _("This page is out of date"), words)


def _answer(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    if request.headers.get("HX-Request") or request.headers.get("X-Requested-With"):
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    context = {"title": title, "words": words, "link": "/inbox", "action": _("Back to the inbox")}
    return render(request, "web/error.html", context, status=status)
