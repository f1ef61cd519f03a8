from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.providers.errors import Unparsable
from rookery.providers.reading import Fields, clean_text, clean_value, load_object, whole_second

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=4)
    ),
    max_leaves=20,
)


def is_storable(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value and value.encode("utf-8").decode() == value
    if isinstance(value, dict):
        return all(is_storable(key) and is_storable(item) for key, item in value.items())
    if isinstance(value, list):
        return all(is_storable(item) for item in value)
    return not isinstance(value, int) or -(2**63) <= value < 2**63


@given(json_values)
def test_clean_value_when_json_is_anything_can_be_stored(value: object) -> None:
    assert is_storable(clean_value(value))


def test_clean_value_when_nested_without_end_stops() -> None:
    deep: list[object] = []
    for _ in range(5_000):
        deep = [deep]
    assert is_storable(clean_value(deep))


def test_clean_text_when_clean_is_the_same_object() -> None:
    text = "Olá 👋"
    assert clean_text(text) is text
    assert clean_text("a\0\udc80b") == "a\ufffd\ufffdb"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a":' + b"9" * 9_000 + b"}}",
    ],
)
def test_load_when_body_is_no_object_raises_unparsable(raw: bytes) -> None:
    with pytest.raises(Unparsable):
        load_object(raw)


@pytest.mark.parametrize(
    "raw", [b'{"a": "\\ud800"}', b'{"a": NaN}', b'\xef\xbb\xbf{"a": 1}', b'{"a": "\xff"}']
)
def test_load_when_body_is_odd_but_readable_reads_it(raw: bytes) -> None:
    assert "a" in load_object(raw)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-03-04T15:04:05Z", datetime(2026, 3, 4, 15, 4, 5, tzinfo=UTC)),
        ("2026-03-04T12:04:05.999999999-03:00", datetime(2026, 3, 4, 15, 4, 5, tzinfo=UTC)),
        ("2026-03-04T15:04:05", datetime(2026, 3, 4, 15, 4, 5, tzinfo=UTC)),
        (1772636645, datetime(2026, 3, 4, 15, 4, 5, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (10**30, None),
        (True, None),
        (None, None),
        (1.5, None),
    ],
)
def test_time_when_written_in_many_ways(value: object, expected: datetime | None) -> None:
    assert whole_second(value) == expected


def test_fields_when_types_are_wrong_are_as_good_as_missing() -> None:
    odd = Fields({"text": 1, "flag": "true", "jid": ["x"], "list": {}, "number": True, "inner": "x"})
    assert (odd.text("text"), odd.flag("flag"), odd.jid("jid"), odd.list("list")) == ("", False, None, [])
    assert odd.number("number") is None
    assert odd.fields("inner").raw == {}
    assert Fields(None).raw == {}


def test_fields_when_number_is_beyond_64_bits_is_missing() -> None:
    assert Fields({"n": 2**64}).number("n") is None
    assert Fields({"n": 5}).number("n") == 5
