"""Errors of the gateway's REST API, as the envelope of contract 2.4 and the table of contract 2.5."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ABSENT: Any = object()
"""Stands for an envelope without a `results` key, which differs from `results: null`."""


class GatewayError(Exception):
    """One refused request: HTTP status, envelope code, prose, and rarely results."""

    def __init__(self, status: int, code: str, message: str, results: Any = ABSENT) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.results = results


def invalid(fields: Mapping[str, str]) -> GatewayError:
    """400 for refused fields: sorted, joined with `; ` and closed with one full stop."""
    text = "; ".join(f"{name}: {fields[name].rstrip('.')}" for name in sorted(fields))
    return GatewayError(400, "VALIDATION_ERROR", text + ".")


def bad_request(message: str = "Invalid request body") -> GatewayError:
    return GatewayError(400, "BAD_REQUEST", message)


def not_on_whatsapp(jid: str, profile: str) -> GatewayError:
    word = "WhatsApp" if profile == "v8" else "whatsapp"
    return GatewayError(400, "INVALID_JID", f"Phone {jid} is not on {word}")


def internal(message: str) -> GatewayError:
    return GatewayError(500, "INTERNAL_SERVER_ERROR", message)


def no_client() -> GatewayError:
    return GatewayError(500, "INVALID_WA_CLI", "your WhatsApp CLI is invalid or empty")


def not_connected() -> GatewayError:
    text = "you are not connect to services server, please reconnect"
    return GatewayError(401, "AUTHENTICATION_ERROR", text)


def not_logged_in() -> GatewayError:
    return GatewayError(401, "AUTHENTICATION_ERROR", "you are not logged in")


def timed_out() -> GatewayError:
    text = "Request timed out waiting for WhatsApp server response"
    return GatewayError(504, "GATEWAY_TIMEOUT", text)


def reachout_timelock() -> GatewayError:
    """WhatsApp's server error 463: this account may not open new chats for a while."""
    text = "WhatsApp refused this message (463): the account may not start new chats right now"
    return GatewayError(429, "WA_REACHOUT_TIMELOCK", text)


PROSE_OF_CODE: dict[str, str] = {
    "CONTEXT_ERROR": "Error timeout get avatar!",
    "DEVICE_NOT_FOUND": "device not found",
    "AUTHENTICATION_ERROR": "you are not connect to services server, please reconnect",
    "GATEWAY_TIMEOUT": "Request timed out waiting for WhatsApp server response",
}
"""What the gateway says with a code, where a fault names no message of its own."""

STATUS_OF_CODE: dict[str, int] = {
    "VALIDATION_ERROR": 400,
    "INVALID_JID": 400,
    "ALREADY_LOGGED_IN": 400,
    "BAD_REQUEST": 400,
    "DEVICE_ID_REQUIRED": 400,
    "DEVICE_NOT_FOUND": 404,
    "DEVICE_MANAGER_UNAVAILABLE": 503,
    "AUTHENTICATION_ERROR": 401,
    "CONTEXT_ERROR": 408,
    "WA_REACHOUT_TIMELOCK": 429,
    "INVALID_WA_CLI": 500,
    "UPLOAD_MEDIA_ERROR": 500,
    "QR_CHANNEL_ERROR": 500,
    "SESSION_SAVED_ERROR": 500,
    "INTERNAL_SERVER_ERROR": 500,
    "GATEWAY_TIMEOUT": 504,
}
"""The HTTP status that goes with a code when a fault names only the code."""

CODE_OF_STATUS: dict[int, str] = {
    400: "VALIDATION_ERROR",
    401: "AUTHENTICATION_ERROR",
    404: "DEVICE_NOT_FOUND",
    408: "CONTEXT_ERROR",
    429: "WA_REACHOUT_TIMELOCK",
    504: "GATEWAY_TIMEOUT",
}
"""The code that goes with a status when a fault names only the status; all others are internal errors."""
