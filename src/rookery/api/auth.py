"""Who calls: the owner of an API token. A browser's session opens nothing here."""

from __future__ import annotations

from django.http import HttpRequest

from rookery.accounts import tokens
from rookery.accounts.models import User
from rookery.api import errors

HEADER = "api_access_token"
_BEARER = "bearer "


def token_of(request: HttpRequest) -> str:
    """The token of the request, "" without one.

    `api_access_token` and, since proxies drop names with an underscore, `api-access-token`: WSGI makes one of both.
    `Authorization: Bearer` is our addition.
    """
    token: str = request.META.get("HTTP_API_ACCESS_TOKEN", "")
    if token:
        return token.strip()
    authorization: str = request.META.get("HTTP_AUTHORIZATION", "")
    return authorization[len(_BEARER) :].strip() if authorization.lower().startswith(_BEARER) else ""


def caller(request: HttpRequest) -> tuple[User, str]:
    """The token's owner, and the token. Raises ApiError 401 in the contract's two shapes."""
    token = token_of(request)
    if not token:
        raise errors.unsigned()
    user = tokens.do_use_token(token)
    if user is None:
        raise errors.bad_token()
    return user, token
