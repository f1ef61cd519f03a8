"""Business cards that strangers send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.providers.whatsapp_web.parsing import vcard


def card(*lines: str) -> str:
    return "\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD"])


def one(*lines: str) -> dict[str, object]:
    (found,) = vcard.cards([{"vcard": card(*lines)}])
    return found


@pytest.mark.parametrize(
    ("line", "phones"),
    [
        ("TEL;type=CELL;waid=5531988880000:+55 31 98888-0000", ["+5531988880000"]),
        ('item1.TEL;WAID="5531988880000":x', ["+5531988880000"]),
        ("TEL:+55 31 98888-0000", ["+55 31 98888-0000"]),
        ("tel;value=uri:tel:+5531988880000", ["+5531988880000"]),
        ("TEL:(031) 98888-0000 ext. 12", ["(031) 98888-0000 ext. 12"]),
        ("TEL:javascript:alert(1)", None),
        ("TEL:call me", None),
        ("TEL", None),
        ("TEL:" + "9" * 200, ["9" * 40]),
    ],
)
def test_cards_when_number_is_written_in_many_ways(line: str, phones: list[str] | None) -> None:
    assert one("FN:Zé", line).get("phones") == phones


def test_cards_when_name_stands_in_parts_puts_them_in_order() -> None:
    assert one("N:Souza;José;da;Dr.;Jr.")["name"] == "Dr. José da Souza Jr."
    assert one("ORG:Oficina;Funilaria") == {"name": "Oficina Funilaria", "org": "Oficina Funilaria"}
    assert one("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jos=C3=A9 =\n=C3=81vila")["name"] == "José Ávila"
    assert one("FN:Jo", " sé", "\t Lima")["name"] == "José Lima"
    assert one("FN:a\\, b\\; c\\\\")["name"] == "a, b; c\\"


def test_cards_when_sender_shows_another_name_takes_that() -> None:
    assert vcard.cards([{"displayName": " Oficina\ndo Zé ", "vcard": card("FN:x")}]) == [
        {"name": "Oficina do Zé"}
    ]


def test_cards_when_there_is_no_card_takes_the_number_the_gateway_names() -> None:
    assert vcard.cards([{"vcard": "", "phone_number": "+55 31 98888-0000"}]) == [
        {"phones": ["+55 31 98888-0000"]}
    ]
    assert vcard.cards([{"vcard": card("TEL:1234"), "phone_number": "1234"}]) == [{"phones": ["1234"]}]


def test_cards_when_photo_is_an_address_knows_nothing_of_it() -> None:
    assert "example" not in str(
        one("FN:a", "PHOTO;VALUE=uri:http://photos.example/p.jpg", "LOGO:http://x.example")
    )


def test_cards_when_there_is_too_much_keeps_to_its_limits() -> None:
    many = vcard.cards([{"vcard": card("FN:a")}] * 70)
    assert len(many) == vcard.MAX_CARDS
    inside = vcard.cards([{"vcard": card("FN:a") * 70}])
    assert len(inside) <= vcard.MAX_CARDS
    phones = one("FN:a", *(f"TEL:+55 31 9{number:04}" for number in range(60)))["phones"]
    assert isinstance(phones, list)
    assert len(phones) == vcard.MAX_PHONES
    (long,) = vcard.cards([{"vcard": card("FN:" + "a" * 200_000, "TEL:1234"), "phone_number": "5678"}])
    assert (len(str(long["name"])), long["phones"]) == (255, ["5678"])


@pytest.mark.parametrize(
    "given", [[None], [5, "x", []], [{}], [{"vcard": 5}], [{"vcard": "END:VCARD\nEND:VCARD"}]]
)
def test_cards_when_there_is_nothing_in_them_is_empty(given: list[object]) -> None:
    assert vcard.cards(given) == []


lines = st.sampled_from(
    ["BEGIN:VCARD", "END:VCARD", "FN:a", "TEL;waid=1:", "N;QUOTED-PRINTABLE:=\n=C3", " x", ":", ";"]
)


@given(st.lists(lines | st.text(max_size=20), max_size=30))
def test_cards_when_text_is_anything_gives_cards(parts: list[str]) -> None:
    for found in vcard.cards([{"vcard": "\n".join(parts)}]):
        assert set(found) <= {"name", "phones", "emails", "org"}
