"""Every row of the gateway's error table and of our own about what may have left."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.outbound_http import ForbiddenAddress, TooMuch
from rookery.providers import errors as e
from rookery.providers.sentences import SENTENCES
from rookery.providers.transport import Endpoint, from_transport
from rookery.providers.whatsapp_web.outcomes import from_response

JSON = "application/json; charset=utf-8"
NO_ROW = (False, False)
ROW = (False, True)


def answer(status: int, code: str, message: str = "", endpoint: Endpoint = "send") -> e.ProviderError:
    return from_response(status, JSON, json.dumps({"code": code, "message": message}).encode(), endpoint)


@pytest.mark.parametrize(
    ("status", "code", "message", "kind", "ours"),
    [
        (400, "VALIDATION_ERROR", "phone: cannot be blank.", e.Rejected, "rejected"),
        (400, "INVALID_JID", "Phone 1@s.whatsapp.net is not on whatsapp", e.NotOnWhatsApp, "not_on_whatsapp"),
        (400, "ALREADY_LOGGED_IN", "you are already logged in.", e.Rejected, "rejected"),
        (400, "BAD_REQUEST", "Invalid request body", e.Rejected, "rejected"),
        (400, "INVALID_GROUP_ID", "", e.Rejected, "rejected"),
        (400, "INVALID_IMAGE_FORMAT", "", e.Rejected, "rejected"),
        (400, "SOMETHING_NEW", "", e.Rejected, "rejected"),
        (400, "DEVICE_ID_REQUIRED", "", e.OutOfService, "device_needed"),
        (404, "DEVICE_NOT_FOUND", "", e.OutOfService, "device_missing"),
        (503, "DEVICE_MANAGER_UNAVAILABLE", "", e.NotReady, "whatsapp_not_ready"),
        (
            401,
            "AUTHENTICATION_ERROR",
            "you are not connect to services server",
            e.OutOfService,
            "not_connected",
        ),
        (401, "AUTHENTICATION_ERROR", "you are not logged in", e.OutOfService, "not_logged_in"),
        (404, "NOT_FOUND", "device not found", e.OutOfService, "not_found"),
        (413, "X", "", e.TooLarge, "too_large"),
        (429, "WA_REACHOUT_TIMELOCK", "long advice", e.Paused, "new_chats_paused"),
        (429, "TOO_MANY", "", e.Paused, "rate_limited"),
        (500, "INVALID_WA_CLI", "your WhatsApp CLI is invalid or empty", e.NotReady, "whatsapp_not_ready"),
        (500, "UPLOAD_MEDIA_ERROR", "", e.NotReady, "upload_failed"),
        (500, "QR_CHANNEL_ERROR", "", e.NotReady, "whatsapp_not_ready"),
        (500, "SESSION_SAVED_ERROR", "", e.NotReady, "whatsapp_not_ready"),
        (500, "INTERNAL_SERVER_ERROR", "websocket not connected", e.NotReady, "whatsapp_not_ready"),
        (
            500,
            "INTERNAL_SERVER_ERROR",
            "no LID found for 1@lid from server",
            e.NotReady,
            "whatsapp_no_answer",
        ),
        (500, "INTERNAL_SERVER_ERROR", "failed to get group members: x", e.NotReady, "whatsapp_no_answer"),
        (500, "INTERNAL_SERVER_ERROR", "failed to get user info: x", e.NotReady, "whatsapp_no_answer"),
        (500, "INTERNAL_SERVER_ERROR", "info query timed out", e.NotReady, "whatsapp_no_answer"),
        (
            500,
            "INTERNAL_SERVER_ERROR",
            "failed to upload: context deadline exceeded",
            e.NotReady,
            "upload_failed",
        ),
        (
            500,
            "INTERNAL_SERVER_ERROR",
            "the store doesn't contain a device JID",
            e.OutOfService,
            "not_logged_in",
        ),
        (500, "INTERNAL_SERVER_ERROR", "server returned error 479", e.Rejected, "refused_by_whatsapp"),
        (500, "INTERNAL_SERVER_ERROR", "server returned error", e.Rejected, "refused_by_whatsapp"),
        (500, "INTERNAL_SERVER_ERROR", "server returned error 463", e.Paused, "new_chats_paused"),
        (500, "INTERNAL_SERVER_ERROR", "download failed with status code 403", e.Rejected, "download_failed"),
        (500, "INTERNAL_SERVER_ERROR", "Unprocessable Entity", e.Rejected, "unprocessable"),
        (
            500,
            "INTERNAL_SERVER_ERROR",
            "failed to convert audio to OGG Opus for PTT: context deadline exceeded",
            e.Rejected,
            "file_refused",
        ),
        (500, "INTERNAL_SERVER_ERROR", "ffmpeg not installed", e.Rejected, "file_refused"),
        (302, "X", "", e.Rejected, "redirected"),
        (405, "X", "", e.Rejected, "not_a_gateway"),
        (415, "X", "", e.Rejected, "rejected"),
    ],
)
def test_answer_when_nothing_left_is_certain(
    status: int, code: str, message: str, kind: type[e.ProviderError], ours: str
) -> None:
    found = answer(status, code, message)
    assert (type(found), found.code, found.certain) == (kind, ours, True)
    assert found.retry == issubclass(kind, e.NotReady)
    assert found.when_back == issubclass(kind, e.OutOfService)


@pytest.mark.parametrize(
    ("status", "code", "message", "expected"),
    [
        (504, "GATEWAY_TIMEOUT", "Request timed out", NO_ROW),
        (500, "INTERNAL_SERVER_ERROR", "context deadline exceeded", NO_ROW),
        (500, "INTERNAL_SERVER_ERROR", "timed out waiting for message send response", NO_ROW),
        (500, "INTERNAL_SERVER_ERROR", "websocket disconnected before info query returned", NO_ROW),
        (500, "INTERNAL_SERVER_ERROR", "something nobody has seen", ROW),
        (500, "INTERNAL_SERVER_ERROR", "", ROW),
        (500, "INTERNAL_SERVER_ERROR", "failed to send: failed to convert x", ROW),
        (502, "X", "", ROW),
        (503, "X", "", ROW),
        (520, "X", "", ROW),
        (408, "CONTEXT_ERROR", "", ROW),
        (200, "VALIDATION_ERROR", "", ROW),
    ],
)
def test_answer_when_it_may_have_left_is_unknown(
    status: int, code: str, message: str, expected: tuple[bool, bool]
) -> None:
    found = answer(status, code, message)
    assert isinstance(found, e.OutcomeUnknown)
    assert ((found.certain, found.row_possible), found.retry) == (expected, False)


@pytest.mark.parametrize(
    ("status", "content_type", "body", "kind"),
    [
        (401, "text/plain", b"Unauthorized", e.OutOfService),
        (404, "text/html", b"<h1>nginx</h1>", e.OutOfService),
        (413, "text/plain", b"Request Entity Too Large", e.TooLarge),
        (400, "text/plain", b"bad", e.Rejected),
        (200, "text/html", b"<html>", e.OutcomeUnknown),
        (200, "application/json", b"[]", e.OutcomeUnknown),
        (200, "application/json", b"{", e.OutcomeUnknown),
        (200, "application/json", b"[" * 100_000, e.OutcomeUnknown),
        (500, "text/plain", b"websocket not connected", e.OutcomeUnknown),
        (504, "text/html", b"", e.OutcomeUnknown),
    ],
)
def test_answer_when_it_is_not_the_gateways(
    status: int, content_type: str, body: bytes, kind: type[e.ProviderError]
) -> None:
    found = from_response(status, content_type, body, "send")
    assert type(found) is kind
    if status == 401:
        assert found.code == "bad_credentials"


@given(
    st.integers(100, 599),
    st.text(max_size=20),
    st.binary(max_size=200),
    st.sampled_from(["send", "ask", "file"]),
)
def test_answer_when_anything_comes_is_an_error_with_words(
    status: int, content_type: str, body: bytes, endpoint: Endpoint
) -> None:
    found = from_response(status, content_type, body, endpoint)
    assert found.public
    assert endpoint == "send" or found.certain


@pytest.mark.parametrize(
    "exc", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.WriteError, httpx.WriteTimeout]
)
def test_connection_when_request_was_not_written_is_tried_again(exc: type[httpx.TransportError]) -> None:
    found = from_transport(exc("x"), "send")
    assert (type(found), found.retry, found.certain) == (e.Unreachable, True, True)


@pytest.mark.parametrize(
    "exc", [httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.CloseError]
)
def test_connection_when_lost_after_writing_is_unknown_and_a_row_may_come(
    exc: type[httpx.TransportError],
) -> None:
    found = from_transport(exc("x"), "send")
    assert isinstance(found, e.OutcomeUnknown)
    assert (found.retry, found.certain, found.row_possible) == (False, False, True)
    assert isinstance(from_transport(exc("x"), "ask"), e.Interrupted)


@pytest.mark.parametrize(
    ("exc", "endpoint", "code"),
    [
        (ForbiddenAddress("x"), "send", "address_forbidden"),
        (httpx.UnsupportedProtocol("x"), "send", "bad_url"),
        (httpx.InvalidURL("x"), "send", "bad_url"),
        (httpx.LocalProtocolError("x"), "send", "bad_url"),
        (httpx.DecodingError("x"), "send", "garbage"),
        (TooMuch(5), "send", "garbage"),
        (TooMuch(5), "ask", "not_a_gateway"),
        (TooMuch(5), "file", "too_large_here"),
    ],
)
def test_connection_when_it_failed_in_another_way(exc: Exception, endpoint: Endpoint, code: str) -> None:
    assert from_transport(exc, endpoint).code == code


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, e.NotAvailable),
        (400, e.NotAvailable),
        (404, e.NotAvailable),
        (503, e.Interrupted),
        (429, e.Interrupted),
        (302, e.NotAvailable),
    ],
)
def test_file_when_missing_is_never_a_matter_of_credentials(status: int, kind: type[e.ProviderError]) -> None:
    assert type(from_response(status, "", b"", "file")) is kind


def every_kind(of: type[e.ProviderError]) -> list[type[e.ProviderError]]:
    return [of, *(found for sub in of.__subclasses__() for found in every_kind(sub))]


def test_kinds_when_made_without_words_have_some() -> None:
    for kind in every_kind(e.ProviderError):
        assert kind.code in SENTENCES
        assert str(kind())
        assert not (kind.retry and not kind.certain)


def test_sentence_when_code_or_value_is_from_an_older_build() -> None:
    assert e.sentence("gone_since", {}) == SENTENCES["gateway_error"]
    assert e.sentence("refused_by_whatsapp", {}) == "WhatsApp refused the message (error ?)."


def test_config_words_when_shown_to_administrators() -> None:
    url = "http://gateway:3000"
    words = [str(e.ConfigProblem(code, url=url)) for code in e.CONFIG_CODES]
    assert "Cannot connect to http://gateway:3000: check the URL." in words
    assert "Authentication failed: check user and password." in words
    assert len(words) == 5
