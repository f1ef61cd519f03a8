"""Signed-in GET requests, for the load generator and for a bare loop."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.wsgi import get_wsgi_application

from rookery.accounts.sessions import SessionStore

if TYPE_CHECKING:
    from rookery.accounts.models import User


def session_cookie(user: User) -> str:
    """The Cookie header of a fresh session of this user."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def request(path: str, cookie: str) -> bytes:
    """The bytes of a browser's GET."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/5.0\r\nAccept: text/html\r\n"
        f"Accept-Language: en\r\nCookie: {cookie}\r\n\r\n"
    ).encode()


def bare(path: str, cookie: str) -> Callable[[], int]:
    """Django called as WSGI with nothing around it: a function that renders the page once, and says how long it is."""
    application = get_wsgi_application()
    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path.partition("?")[0], "QUERY_STRING": path.partition("?")[2],
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1",
        "HTTP_USER_AGENT": "Mozilla/5.0", "HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "en",
        "HTTP_COOKIE": cookie, "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(),
        "REMOTE_ADDR": "127.0.0.1",
    }  # fmt: skip
    said: list[str] = []

    def start_response(status: str, *_: Any) -> Callable[[bytes], object]:
        said[:] = [status]
        return len

    def once() -> int:
        answer = application(dict(environ), start_response)
        size = sum(len(part) for part in answer)
        answer.close()
        assert said == ["200 OK"], said
        return size

    return once
