"""Phone numbers: reading, showing, comparing and hiding them.

Three countries have mobile numbers in two spellings, and WhatsApp may use either:

| Country   | Dialled             | Also seen        | Key          |
|-----------|---------------------|------------------|--------------|
| Brazil    | 55 21 9 8765 0000   | 55 21 8765 0000  | without the 9 |
| Argentina | 54 9 11 2345 6789   | 54 11 2345 6789  | without the 9 |
| Mexico    | 52 1 55 1234 5678   | 52 55 1234 5678  | without the 1 |
"""

import re
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

_NOT_DIGIT: Final = re.compile(r"[^0-9]")
_OPTIONAL_DIGIT: Final = re.compile(
    # Only eight digits that begin with 6 to 9 were mobiles before the ninth digit came. Behind a 9 the others
    # are younger mobiles that never had a short form, and without it they are somebody's landline.
    r"(55[1-9][1-9])9([6-9][0-9]{7})"
    r"|(54)9([1-8][0-9]{9})"
    r"|(52)1([2-9][0-9]{9})"
)


class BadPhone(ValueError):
    """The text is no phone number that could exist."""


def parse_e164(text: str, region: str | None = None) -> str:
    """The number as `+5521987650000`.

    `region` ("BR") is where a number without country code was written; without it a bare number is taken to
    begin with its country code. Raises BadPhone for what no telephone network could have.
    """
    candidate = text.strip()
    if region is None and not candidate.startswith(("+", "＋")):
        candidate = "+" + candidate.removeprefix("00")
    number = _read(candidate, region)
    if number is not None and not phonenumbers.is_possible_number(number):
        # Mexico gave up its 1 in 2019 and the library with it; WhatsApp still writes it.
        number = _read("+" + key(phonenumbers.format_number(number, PhoneNumberFormat.E164)), None)
    if number is None or not phonenumbers.is_possible_number(number):
        raise BadPhone("not a phone number with country code")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def display(number: str) -> str:
    """`+55 21 98765-0000` for people's eyes; what cannot be grouped comes back as it is."""
    parsed = _read("+" + number.removeprefix("+"), None)
    return number if parsed is None else phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def key(number: str) -> str:
    """Digits by which two spellings of one number compare equal; see the table above. Raises BadPhone."""
    digits = _NOT_DIGIT.sub("", number)
    if not digits:
        raise BadPhone("a phone number has digits")
    found = _OPTIONAL_DIGIT.fullmatch(digits)
    return "".join(filter(None, found.groups())) if found else digits


def mask(number: str) -> str:
    """The last four digits of a number or of a JID's user part: all that a log may hold."""
    user = number.partition("@")[0].partition(":")[0]
    return _NOT_DIGIT.sub("", user)[-4:]


def _read(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None
