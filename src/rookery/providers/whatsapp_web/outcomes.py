"""From the gateway's answer to an error: the tables.

The rows follow the gateway's source (its error texts and where it raises them); whatever is not known to come
before the send is unknown.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from rookery.providers import errors as e
from rookery.providers.transport import Endpoint

Make: TypeAlias = Callable[[str], e.ProviderError]
Row: TypeAlias = tuple[str, Make]


def _unknown(code: str, *, row: bool = True) -> Make:
    return lambda detail: e.OutcomeUnknown(code, row_possible=row)


def _plain(kind: type[e.ProviderError], code: str) -> Make:
    return lambda detail: kind(code)


def _rejected(detail: str) -> e.ProviderError:
    return e.Rejected("rejected", detail=detail or "-")


def _server_error(detail: str) -> e.ProviderError:
    number = re.search(r"server returned error (\d{1,6})", detail, re.IGNORECASE)
    if number is None:
        return e.Rejected("refused_by_whatsapp", number="?")
    if number[1] == "463":
        return e.Paused("new_chats_paused")
    return e.Rejected("refused_by_whatsapp", number=int(number[1]))


# The envelope's `code` decides first.
BY_CODE: Final[Mapping[str, Make]] = {
    "VALIDATION_ERROR": _rejected,
    "BAD_REQUEST": _rejected,
    "INVALID_GROUP_ID": _rejected,
    "INVALID_IMAGE_FORMAT": _rejected,
    "ALREADY_LOGGED_IN": _rejected,
    "INVALID_JID": _plain(e.NotOnWhatsApp, "not_on_whatsapp"),
    "DEVICE_ID_REQUIRED": _plain(e.OutOfService, "device_needed"),
    "DEVICE_NOT_FOUND": _plain(e.OutOfService, "device_missing"),
    "DEVICE_MANAGER_UNAVAILABLE": _plain(e.NotReady, "whatsapp_not_ready"),
    "WA_REACHOUT_TIMELOCK": _plain(e.Paused, "new_chats_paused"),
    "INVALID_WA_CLI": _plain(e.NotReady, "whatsapp_not_ready"),
    "UPLOAD_MEDIA_ERROR": _plain(e.NotReady, "upload_failed"),
    "QR_CHANNEL_ERROR": _plain(e.NotReady, "whatsapp_not_ready"),
    "SESSION_SAVED_ERROR": _plain(e.NotReady, "whatsapp_not_ready"),
    "GATEWAY_TIMEOUT": _unknown("timed_out", row=False),
}

# Then the text of a 500, first match wins: a wrapped error begins with the step that failed, so the steps
# before the send stand first ("failed to upload: context deadline exceeded" left nothing).
BY_TEXT: Final[tuple[Row, ...]] = (
    ("websocket not connected", _plain(e.NotReady, "whatsapp_not_ready")),
    ("store doesn't contain a device jid", _plain(e.OutOfService, "not_logged_in")),
    ("no lid found", _plain(e.NotReady, "whatsapp_no_answer")),
    ("failed to get group members", _plain(e.NotReady, "whatsapp_no_answer")),
    ("failed to get user info", _plain(e.NotReady, "whatsapp_no_answer")),
    ("info query timed out", _plain(e.NotReady, "whatsapp_no_answer")),
    ("failed to upload", _plain(e.NotReady, "upload_failed")),
    ("server returned error", _server_error),
    ("download failed", _plain(e.Rejected, "download_failed")),
    ("unprocessable entity", _plain(e.Rejected, "unprocessable")),
    ("context deadline exceeded", _unknown("timed_out", row=False)),
    ("timed out waiting for message send response", _unknown("timed_out", row=False)),
    ("websocket disconnected before", _unknown("whatsapp_connection_lost", row=False)),
)

# A 500 that begins like this comes from preparing the file, long before the send. (Read in the gateway's
# source; the errors of the send itself are handed on bare.)
PREPARING: Final = (
    "failed to convert ",
    "failed to create thumbnail",
    "failed to save thumbnail",
    "failed to save processed image",
    "failed to save audio for conversion",
    "failed to compress video",
    "failed to decode webp",
    "failed to open image ",
    "failed to read converted audio",
    "failed to read sent image dimensions",
    "failed to read webp sticker",
    "ffmpeg not installed",
    "neither ffmpeg nor cwebp",
)

# Then the status alone. What is missing here, and everything from 500 up, is unknown.
BY_STATUS: Final[Mapping[int, Make]] = {
    400: _rejected,
    401: _plain(e.OutOfService, "bad_credentials"),
    403: _rejected,
    404: _plain(e.OutOfService, "not_found"),
    405: _plain(e.Rejected, "not_a_gateway"),
    411: _rejected,
    413: _plain(e.TooLarge, "too_large"),
    414: _rejected,
    415: _rejected,
    422: _rejected,
    429: _plain(e.Paused, "rate_limited"),
    431: _rejected,
    504: _unknown("timed_out", row=False),
}


def from_response(status: int, content_type: str, body: bytes, endpoint: Endpoint) -> e.ProviderError:
    """The error an answer means. Also for 200 with a body that is not the expected envelope."""
    if endpoint == "file":
        return _from_file(status)
    envelope = read_envelope(content_type, body)
    if endpoint == "ask" and status == 408:  # the gateway waited five seconds for a picture
        return e.NotReady("whatsapp_no_answer")
    found = _decide(status, envelope)
    if endpoint == "ask" and isinstance(found, e.OutcomeUnknown):
        return e.Interrupted("interrupted") if status >= 500 else e.Rejected("not_a_gateway")
    return found


def read_envelope(content_type: str, body: bytes) -> dict[str, Any] | None:
    """The gateway's `{code, message, results?}`, or None for anything else (a proxy's page, plain text)."""
    if "json" not in content_type.lower():
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("code"), str) else None


def _decide(status: int, envelope: dict[str, Any] | None) -> e.ProviderError:
    code = envelope["code"] if envelope else ""
    message = envelope.get("message") if envelope else None
    detail = message[:500] if isinstance(message, str) else ""
    if envelope and code == "AUTHENTICATION_ERROR" and status == 401:
        return e.OutOfService("not_connected" if "not connect" in detail.lower() else "not_logged_in")
    if status >= 400 and code in BY_CODE:
        return BY_CODE[code](detail)
    if envelope and status == 500:
        return _by_text(detail)
    if 300 <= status < 400:
        return e.Rejected("redirected")
    if status in BY_STATUS:
        return BY_STATUS[status](detail)
    return e.OutcomeUnknown("gateway_error" if status >= 500 else "garbage")


def _by_text(detail: str) -> e.ProviderError:
    lowered = detail.lower()
    if lowered.startswith(PREPARING):
        return e.Rejected("file_refused")
    return next(
        (make(detail) for text, make in BY_TEXT if text in lowered), e.OutcomeUnknown("gateway_error")
    )


def _from_file(status: int) -> e.ProviderError:
    # A missing file falls through to the gateway's other routes, which answer 400 or 401 as readily as 404.
    if status in (400, 401, 404, 410):
        return e.NotAvailable()
    return e.Interrupted() if status >= 500 or status in (408, 429) else e.NotAvailable()
