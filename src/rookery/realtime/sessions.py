"""Who holds a stream: the session behind its cookie, asked again whenever rights changed."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.http import Http404, HttpRequest

from rookery.conversations import access
from rookery.conversations.access import Viewer


def session_key(cookie_header: str) -> str:
    """The session's key in a Cookie header; "" if there is none."""
    try:
        morsel = SimpleCookie(cookie_header).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def viewer_of(key: str) -> Viewer | None:
    """The viewer signed in under a session key, or None: signed out, expired, password changed, no membership."""
    if not key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated:
        return None
    try:
        return access.viewer(user)
    except Http404:
        return None
