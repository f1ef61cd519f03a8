"""What a message holds besides text and files: within limits, and only what is named."""

import base64
from typing import Any

import pytest

from rookery.providers.events import Kind
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web.parsing import content, thumbnails

JPEG = b"\xff\xd8\xff\xe0"


def details(kind: Kind, payload: dict[str, Any]) -> dict[str, Any]:
    return content.details_of(kind, Fields(payload))


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (JPEG, True),
        (JPEG + b"\0" * (thumbnails.MAX_BYTES - 4), True),
        (JPEG + b"\0" * (thumbnails.MAX_BYTES - 3), False),
        (b"<svg onload=alert(1)>", False),
        (b"", False),
    ],
)
def test_thumbnail_when_it_is_a_small_jpeg_is_kept(raw: bytes, kept: bool) -> None:
    text = base64.b64encode(raw).decode()
    assert thumbnails.jpeg(text) == (text if kept else "")


@pytest.mark.parametrize("value", [None, 5, [], "****", "é", "/9j/4AAQ\n", "/9j"])
def test_thumbnail_when_it_is_no_base64_is_dropped(value: object) -> None:
    assert thumbnails.jpeg(value) == ""


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1.5, 1.5),
        (3, 3.0),
        ("-22.5", -22.5),
        (True, None),
        ("x", None),
        ("NaN", None),
        (1e400, None),
        ([], None),
        ("9" * 500, None),
        (10**400, None),
        (None, None),
    ],
)
def test_real_when_number_is_written_in_many_ways(value: object, number: float | None) -> None:
    assert content.real(value) == number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        ("-5", -5),
        (True, None),
        (1.0, None),
        ("²", None),
        ("9" * 20, None),
        (2**63, None),
        ("", None),
    ],
)
def test_whole_when_number_is_written_in_many_ways(value: object, number: int | None) -> None:
    assert content.whole(value) == number


@pytest.mark.parametrize(
    ("amount", "text"),
    [(149900, "149.90"), (150000, "150.00"), (12345, "12.345"), (5, "0.005"), (0, "0.00"), (-1500, "-1.50")],
)
def test_order_when_amount_is_in_thousandths_is_a_decimal(amount: int, text: str) -> None:
    assert details("order", {"order": {"totalAmount1000": amount}}) == {"amount": text}


def test_location_when_point_is_not_on_earth_has_none() -> None:
    assert details("location", {"location": {"degreesLatitude": 91, "degreesLongitude": 0}}) == {}
    assert details("location", {"location": {"degreesLatitude": 0}}) == {}
    assert details("location", {"location": {"degreesLatitude": 0, "degreesLongitude": 0}}) == {
        "lat": 0.0,
        "lon": 0.0,
    }


def test_list_when_it_is_long_is_cut() -> None:
    section = {"title": "s", "rows": [{"title": "r"}] * 500}
    found = details("list", {"list": {"title": "x" * 9_999, "sections": [section] * 50}})
    assert len(found["title"]) == content.LONG
    assert len(found["sections"]) == content.MAX_SECTIONS
    assert sum(len(part["rows"]) for part in found["sections"]) == content.MAX_ROWS


def test_referral_when_it_names_strange_things_keeps_the_known() -> None:
    found = details(
        "text", {"referral": {"ad_title": "x" * 9_999, "stranger": "y", "show_ad_attribution": "yes"}}
    )
    assert set(found["referral"]) == {"ad_title"}
    assert len(found["referral"]["ad_title"]) == 2_000


@pytest.mark.parametrize("key", ["contact", "contacts_array", "location", "live_location", "list", "order"])
def test_kind_when_key_holds_nothing_is_none(key: str) -> None:
    assert content.kind_of(Fields({key: None}), ()) is None
    assert content.kind_of(Fields({key: {}}), ()) is not None
