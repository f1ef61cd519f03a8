"""Scripts, styles and pictures of our own: straight from the installed package, without Django.

An address that carries the version (`/static/v-<anything>/web/app.js`, or `?v=...`) may be kept for a year; modules
that import each other by relative paths inherit the first form. Any other address is asked for again each time,
which an unchanged file answers with 304.
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Sequence
from pathlib import Path

from django.apps import apps
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from rookery.doors.asgi_types import Receive, Scope, Send
from rookery.doors.plain import say

PREFIX = "/static/"
VERSION = "v-"
_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"

# What the machine's own table may not know, or may know differently: browsers refuse a module of another type.
for _kind, _ending in (
    ("text/javascript", ".js"),
    ("text/javascript", ".mjs"),
    ("text/css", ".css"),
    ("image/svg+xml", ".svg"),
    ("application/manifest+json", ".webmanifest"),
    ("font/woff2", ".woff2"),
):
    mimetypes.add_type(_kind, _ending)


def folders() -> list[Path]:
    """The static folders of our rooms and of django-htmx; none of Django's own, whose pages we do not have."""
    found = [
        Path(app.path) / "static" for app in apps.get_app_configs() if not app.name.startswith("django.")
    ]
    return [folder for folder in found if folder.is_dir()]


class Static:
    """ASGI application for `/static/...`."""

    def __init__(self, directories: Sequence[Path] | None = None) -> None:
        self._files = _Files(folders() if directories is None else directories)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"][len(PREFIX) :]
        versioned = b"v=" in scope["query_string"]
        if path.startswith(VERSION):
            path, versioned = path.partition("/")[2], True
        inner = {**scope, "path": f"/{path}", "root_path": ""}
        try:
            response = await self._files.get_response(self._files.get_path(inner), inner)
        except HTTPException as error:
            await say(send, error.status_code)
            return
        response.headers["cache-control"] = _FOR_GOOD if versioned else _ASK_AGAIN
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["cross-origin-resource-policy"] = "same-origin"
        await response(inner, receive, send)


class _Files(StaticFiles):
    """Starlette's lookup over several folders."""

    def __init__(self, directories: Sequence[Path]) -> None:
        super().__init__(directory=directories[0] if directories else None, check_dir=False)
        self.all_directories = list(directories)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if os.path.basename(path).startswith("."):  # noqa: PTH119 -- a URL's path, not a file's
            raise HTTPException(404)
        return await super().get_response(path, scope)
