"""What needs no token: is it alive, what can it do, and files by signed link."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponseBase

import rookery
from rookery.media import links
from rookery.media.serving import file_response

SPOKEN_VERSION: Final = "4.6.0"
"""The Chatwoot whose API this is a part of: clients pick their behaviour by it."""


def root(request: HttpRequest) -> dict[str, str]:
    """The queue is rows of the same database: both are well or neither is."""
    state = "ok" if _database_answers() else "failing"
    return {
        "version": SPOKEN_VERSION,
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "queue_services": state,
        "data_services": state,
        "rookery_version": rookery.__version__,
    }


@cache
def _document() -> dict[str, Any]:
    from rookery.api import openapi

    return openapi.document()


def document(request: HttpRequest) -> dict[str, Any]:
    return _document()


def file(request: HttpRequest, signed: str, name: str) -> HttpResponseBase:
    """The name is for people; the signed part decides. `?thumb=1`: the small picture."""
    found = links.resolve(signed)
    if found is None:
        raise Http404
    return file_response(found, thumb=request.GET.get("thumb") == "1")


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return False
    return True
