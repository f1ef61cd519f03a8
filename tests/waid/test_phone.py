import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.waid import BadPhone, phone

numbers = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("+5521987650000", None, "+5521987650000"),
        ("5521987650000", None, "+5521987650000"),
        ("0055 21 98765-0000", None, "+5521987650000"),
        (" +55 (21) 98765-0000 ", None, "+5521987650000"),
        ("21 98765-0000", "BR", "+5521987650000"),
        ("+15550000001", "BR", "+15550000001"),
        ("+54 9 11 2345-6789", None, "+5491123456789"),
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("+5521987650000", "BR", "+5521987650000"),
    ],
)
def test_parse_when_number_is_written_by_people(text: str, region: str | None, expected: str) -> None:
    assert phone.parse_e164(text, region) == expected


@pytest.mark.parametrize("text", ["", "hello", "+", "+1", "+999123456789", "5" * 40, "+55 21"])
def test_parse_when_number_cannot_exist_raises(text: str) -> None:
    with pytest.raises(BadPhone):
        phone.parse_e164(text)


@given(st.text(max_size=40))
def test_parse_when_text_is_anything_gives_e164_or_bad_phone(text: str) -> None:
    try:
        found = phone.parse_e164(text)
    except BadPhone:
        return
    assert found[0] == "+"
    assert found[1:].isdigit()
    assert phone.parse_e164(found) == found


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("5521987650000", "552187650000"),
        ("5491123456789", "541123456789"),
        ("5215512345678", "525512345678"),
    ],
)
def test_key_when_country_has_two_spellings_is_one(long: str, short: str) -> None:
    assert phone.key(long) == phone.key("+" + short) == short


def test_key_when_short_form_would_be_a_landline_keeps_the_nine() -> None:
    assert phone.key("5511940001234") != phone.key("551140001234")


@pytest.mark.parametrize("number", ["5521912345678", "14155550123", "49912345678901", "521234567890"])
def test_key_when_no_digit_is_optional_is_the_number(number: str) -> None:
    assert phone.key(number) == number


@given(numbers)
def test_key_when_made_twice_is_the_same(number: str) -> None:
    assert phone.key(phone.key(number)) == phone.key(number)


@given(st.from_regex(r"[1-9][1-9][6-9][0-9]{7}", fullmatch=True))
def test_key_when_brazilian_mobile_ignores_the_ninth_digit(local: str) -> None:
    area, rest = local[:2], local[2:]
    assert phone.key(f"55{area}9{rest}") == phone.key(f"55{area}{rest}")


@given(numbers, numbers)
def test_key_when_numbers_share_it_they_differ_by_one_digit_at_most(one: str, other: str) -> None:
    if phone.key(one) == phone.key(other) and one != other:
        assert abs(len(one) - len(other)) == 1


def test_key_when_there_are_no_digits_raises() -> None:
    with pytest.raises(BadPhone):
        phone.key("nobody")


def test_display_when_number_is_known_groups_it() -> None:
    assert phone.display("+5521987650000") == "+55 21 98765-0000"
    assert phone.display("5521987650000") == "+55 21 98765-0000"


def test_display_when_number_is_not_one_shows_it_as_it_is() -> None:
    assert phone.display("nobody") == "nobody"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+5521987650000", "0000"), ("5521987651234:4@s.whatsapp.net", "1234"), ("", ""), ("nobody@lid", "")],
)
def test_mask_when_number_is_logged_leaves_four_digits(number: str, shown: str) -> None:
    assert phone.mask(number) == shown
