"""Media, streamed by the front once a Django view has allowed it.

The view answers with the file's storage key in an internal header (see `media.serving`) and with every header
that makes the file safe to look at. Ranges are served, because Safari plays nothing without; nobody's slow
connection holds a thread.
"""

from __future__ import annotations

import logging
import os
import stat

from django.core.exceptions import SuspiciousFileOperation
from starlette.responses import FileResponse

from rookery.doors.asgi_types import Receive, Scope, Send, header
from rookery.doors.plain import say
from rookery.doors.wsgi import Answer
from rookery.media import places

log = logging.getLogger(__name__)

_OURS = frozenset({b"content-length", b"transfer-encoding"})


async def stream(scope: Scope, receive: Receive, send: Send, answer: Answer, key: str) -> None:
    """Send the file behind a storage key with the headers of `answer`; 404 when it has gone meanwhile."""
    try:
        path = places.local_path(key)
        found = os.stat(path) if path is not None else None  # noqa: PTH116 -- may be None
    except (OSError, SuspiciousFileOperation) as error:
        log.warning("a file cannot be sent", extra={"reason": type(error).__name__})
        found = path = None
    if path is None or found is None or not stat.S_ISREG(found.st_mode):
        await say(send, 404)
        return
    headers = {
        name.decode("latin-1"): value.decode("latin-1") for name, value in answer.headers if name not in _OURS
    }
    response = FileResponse(path, headers=headers, stat_result=found, media_type=headers.get("content-type"))
    if _is_known(scope, response.headers["etag"]):
        del response.headers["content-length"]
        await send({"type": "http.response.start", "status": 304, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": b""})
        return
    # Starlette's own refusals of odd ranges leave out what makes the file safe; a range is a request, no duty.
    await response(scope, receive, send)


def _is_known(scope: Scope, etag: str) -> bool:
    given = header(scope["headers"], b"if-none-match").decode("latin-1")
    return etag in (part.strip().removeprefix("W/") for part in given.split(","))
