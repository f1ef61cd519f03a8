"""Is the sender of a large body known to us? Only that; what they may do, the views decide."""

from __future__ import annotations

from django.db import Error as DatabaseError
from django.db import close_old_connections

from rookery.accounts.people import find_token_owner
from rookery.doors.asgi_types import Headers, Scope, header
from rookery.realtime import sessions


def _token(headers: Headers) -> bytes:
    """The API token, in either spelling of its header or as a bearer token (as `api` reads it)."""
    kind, _, bearer = header(headers, b"authorization").partition(b" ")
    return (
        header(headers, b"api_access_token")
        or header(headers, b"api-access-token")
        or (bearer.strip() if kind.lower() == b"bearer" else b"")
    )


def are_known(scope: Scope) -> bool:
    """Whether the request carries a session that lives, or a token that was not revoked. Asks the database."""
    headers = scope["headers"]
    try:
        close_old_connections()
        token = _token(headers)
        if token:
            return find_token_owner(token.decode("latin-1")) is not None
        key = sessions.session_key(header(headers, b"cookie").decode("latin-1"))
        return sessions.viewer_of(key) is not None
    except DatabaseError:
        return False
    finally:
        close_old_connections()
