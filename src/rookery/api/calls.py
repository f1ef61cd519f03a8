"""One call of the API: who calls, in which account, and what was sent."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, TypeAlias

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict

from rookery.accounts.models import User
from rookery.api import errors
from rookery.api.fields import Fields
from rookery.api.shapes.scene import Scene
from rookery.conversations.access import Viewer

Files: TypeAlias = "MultiValueDict[str, UploadedFile[Any]]"


class Call:
    """A request whose token was good."""

    def __init__(self, request: HttpRequest, user: User, token: str, viewer: Viewer | None) -> None:
        self.request = request
        self.user = user
        self.token = token
        self._viewer = viewer

    @property
    def viewer(self) -> Viewer:
        """The caller as a member of the account in the path."""
        assert self._viewer is not None, "this address names no account"
        return self._viewer

    @cached_property
    def scene(self) -> Scene:
        return Scene(self.viewer)

    @cached_property
    def query(self) -> Fields:
        """The parameters of the address."""
        return Fields.of_form(self.request.GET)

    @cached_property
    def body(self) -> Fields:
        """What was sent, as JSON or as a form. Raises ApiError 422, and 413 for too much."""
        if _is_json(self.request):
            return Fields(_json(self.request))
        return Fields.of_form(_parsed(self.request).POST)

    @cached_property
    def files(self) -> Files:
        """Uploaded files by field. Raises as `body`."""
        return MultiValueDict() if _is_json(self.request) else _parsed(self.request).FILES


def _is_json(request: HttpRequest) -> bool:
    kind = request.content_type or ""
    return kind == "application/json" or kind.endswith("+json")


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        raw = request.body
    except RequestDataTooBig as error:
        raise errors.too_large() from error
    if not raw.strip():
        return {}
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise errors.unreadable("The body is not valid JSON") from error
    if not isinstance(data, dict):
        raise errors.unreadable("The body must be a JSON object")
    return data


def _parsed(request: HttpRequest) -> HttpRequest:
    """The request with its form read: Django does that on first touch and complains then."""
    try:
        request.POST  # noqa: B018
    except RequestDataTooBig as error:
        raise errors.too_large() from error
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise errors.unreadable("The form cannot be read") from error
    return request
