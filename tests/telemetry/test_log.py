import json
import logging
import sys
from typing import Any

import pytest

from rookery.telemetry import log, mask


def line(message: str, *args: Any, error: BaseException | None = None, **extra: Any) -> dict[str, Any]:
    record = logging.getLogger("rookery.test").makeRecord(
        "rookery.test", logging.INFO, "file", 1, message, args, None, extra=extra
    )
    if error is not None:
        try:
            raise error
        except type(error):
            record.exc_info = sys.exc_info()
    text = log.JsonLines().format(record)
    assert "\n" not in text
    parsed: dict[str, Any] = json.loads(text)
    return parsed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to 5521987650000@s.whatsapp.net", "to …0000@s.whatsapp.net"),
        ("to +5521987650000", "to …0000"),
        ("to +55 21 98765-0000 now", "to …0000 now"),
        ("POST /webhooks/whatsapp/5521987650000", "POST /webhooks/whatsapp/…0000"),
        ("lid 123456789012345:7@lid", "lid …2345:7@lid"),
        ("GET http://admin:pass@gateway:3000/app", "GET http://…@gateway:3000/app"),
        ("GET /setup/abcDEF123", "GET /setup/…"),
        ("api_access_token=abcdef", "api_access_token=…"),
        ("took 1234 ms at 2026-11-23", "took 1234 ms at 2026-11-23"),
        ("sent message 1234567", "sent message 1234567"),
    ],
)
def test_mask_when_text_holds_a_number_or_secret_cuts_it(text: str, shown: str) -> None:
    assert mask.text(text) == shown


def test_line_when_argument_is_a_number_shows_its_last_four_digits() -> None:
    assert line("sent to %s", "+5521987650000")["message"] == "sent to …0000"


def test_line_when_extra_holds_a_number_at_any_depth_masks_it() -> None:
    made = line(
        "x", peer="5521987650000@s.whatsapp.net", more={"list": ["+5521987650000", 5521987650000]}, attempt=2
    )
    assert "98765" not in json.dumps(made)
    assert made["attempt"] == 2


def test_line_when_media_path_is_given_keeps_it_whole() -> None:
    path = "statics/media/1763900000-ab12.ogg; codecs=opus"
    assert line("media failed", media_path=path)["media_path"] == path


def test_line_when_error_has_many_lines_shows_the_first_only() -> None:
    made = line("x", error=ValueError('duplicate key\nDETAIL: Key (text)=("hello there") exists'))
    assert made["error"] == "ValueError: duplicate key"
    assert "hello" not in json.dumps(made)
    assert made["trace"]


def test_context_is_on_every_line_inside_the_block() -> None:
    with log.context(channel=3), log.context(message_id=9):
        inside = line("x")
    assert (inside["channel"], inside["message_id"]) == (3, 9)
    assert "channel" not in line("x")


def test_configure_keeps_talkative_libraries_quiet(request: pytest.FixtureRequest) -> None:
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    request.addfinalizer(lambda: logging.captureWarnings(False))
    log.configure()
    try:
        assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
        assert not logging.getLogger("uvicorn.access").isEnabledFor(logging.ERROR)
        assert root.handlers
        assert isinstance(root.handlers[0].formatter, log.JsonLines)
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
