"""Headers of every page, the sign-in that every page needs, and its language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

Answer = Callable[[HttpRequest], HttpResponseBase]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    # No page of ours may be found in a shared cache or with the back button of the next person.
    "Cache-Control": "no-store",
}

# Doors with their own keys (a token, a signature, the network): a session never opens them.
OTHER_DOORS = ("/api/", "/health/", "/metrics", "/webhooks/", "/files/")


class PageHeaders:
    """Security headers on whatever Django answers; one that a view has set stays (files have a stricter policy)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        # The same address answers a page or a part of it.
        patch_vary_headers(response, ("Cookie", "HX-Request"))
        return response


class SignedInOnly:
    """Every view needs a session unless it says otherwise (`login_not_required`) or stands behind another door."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        request.viewer = None  # type: ignore[attr-defined]  # see requests.viewer_of
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.path_info.startswith(OTHER_DOORS):
            return None
        if request.headers.get("HX-Request"):
            target = reverse("sign_in") + "?" + urlencode({"expired": 1})
            return HttpResponse(status=401, headers={"HX-Redirect": target})
        if request.headers.get("X-Requested-With") or request.method not in ("GET", "HEAD"):
            return HttpResponse("signed out", status=401, content_type="text/plain")
        return redirect_to_login(request.get_full_path(), reverse("sign_in"))


class UserLanguage:
    """The language a user chose goes before the browser's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        locale = getattr(request.user, "locale", "") if request.user.is_authenticated else ""
        if locale and locale in dict(settings.LANGUAGES):
            translation.activate(locale)
            request.LANGUAGE_CODE = locale
        return self.get_response(request)
