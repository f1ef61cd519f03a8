"""Refusals in the shapes clients know (contract 1.2).

A 422 has one of two bodies: `{error}` for a request that cannot be read and for anything about a message, and
`{message, attributes}` for fields of a row that cannot be so. Clients must read either.
"""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse

from rookery.api import words
from rookery.conversations.errors import Refused
from rookery.media.errors import MediaError

NOT_FOUND = "Resource could not be found"
SIGN_IN = "You need to sign in or sign up before continuing."
BAD_TOKEN = "Invalid Access Token"  # noqa: S105  # the words of the answer, no token

_FIELDS = {"text": "content", "files": "attachments"}  # the domain's names, and the contract's


class ApiError(Exception):
    """Answered as JSON with this status; nothing was changed."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


def unsigned() -> ApiError:
    """No credentials at all."""
    return ApiError(401, {"errors": [SIGN_IN]})


def bad_token() -> ApiError:
    return ApiError(401, {"error": BAD_TOKEN})


def not_found() -> ApiError:
    """There is none, or it is not theirs: the same words, so that nothing is told."""
    return ApiError(404, {"error": NOT_FOUND})


def not_allowed(methods: list[str]) -> ApiError:
    return ApiError(405, {"error": "Method not allowed"}, {"Allow": ", ".join(methods)})


def forbidden(text: str) -> ApiError:
    return ApiError(403, {"error": text})


def unreadable(text: str) -> ApiError:
    """A parameter is missing or makes no sense, or a message cannot be posted."""
    return ApiError(422, {"error": text})


def too_large() -> ApiError:
    return ApiError(413, {"error": "The request is too large"})


def refused(error: Refused | MediaError) -> ApiError:
    """A message or file was refused."""
    return unreadable(words.refusal(error.code, error.params))


def invalid(error: Refused, field: str) -> ApiError:
    """A row cannot be so; `field` names the attribute unless the refusal does."""
    text = words.refusal(error.code, error.params)
    return ApiError(422, {"message": text, "attributes": [_FIELDS.get(error.field, error.field) or field]})


def answer(error: ApiError) -> JsonResponse:
    return JsonResponse(error.body, status=error.status, headers=error.headers)
