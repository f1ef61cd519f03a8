from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.waid import BadJid, Jid, address_key, lane_of

SERVERS = ("s.whatsapp.net", "lid", "g.us", "newsletter", "broadcast", "bot", "hosted", "hosted.lid", "c.us")
jids = st.builds(
    Jid,
    st.from_regex(r"[0-9A-Za-z_.\-]{1,30}", fullmatch=True),
    st.sampled_from(SERVERS),
    st.none() | st.integers(1, 99_999),
)


@given(jids)
def test_parse_when_written_gives_the_same_jid(jid: Jid) -> None:
    assert Jid.parse(str(jid)) == jid


@given(jids)
def test_bare_when_taken_twice_changes_nothing_more(jid: Jid) -> None:
    assert jid.bare == replace(jid, device=None) == jid.bare.bare


@given(st.text(max_size=200))
def test_parse_when_text_is_anything_gives_a_jid_or_bad_jid(text: str) -> None:
    with suppress(BadJid):
        assert str(Jid.parse(text)).count("@") == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5521987650000",
        "@s.whatsapp.net",
        "a b@lid",
        "1@",
        "1@LID",
        "1@a@b",
        "1:x@lid",
        "1\n@lid",
        "9" * 200 + "@lid",
    ],
)
def test_parse_when_text_is_no_jid_raises(text: str) -> None:
    with pytest.raises(BadJid):
        Jid.parse(text)


def test_parse_when_device_is_zero_means_the_phone_itself() -> None:
    assert Jid.parse(" 5521987650000:0@s.whatsapp.net ") == Jid("5521987650000", "s.whatsapp.net")


def test_parse_when_number_has_a_plus_drops_it() -> None:
    assert Jid.parse("+5521987650000@s.whatsapp.net").user == "5521987650000"


def test_is_ad_when_a_device_is_named() -> None:
    assert Jid.parse("5511940001234:17@s.whatsapp.net").is_ad
    assert not Jid.parse("5511940001234@s.whatsapp.net").is_ad


@pytest.mark.parametrize(
    ("server", "flag"),
    [
        ("s.whatsapp.net", "is_pn"),
        ("c.us", "is_pn"),
        ("hosted", "is_pn"),
        ("lid", "is_lid"),
        ("hosted.lid", "is_lid"),
        ("g.us", "is_group"),
        ("newsletter", "is_newsletter"),
        ("broadcast", "is_broadcast"),
        ("bot", None),
    ],
)
def test_sort_when_server_is_known_is_exactly_one(server: str, flag: str | None) -> None:
    jid = Jid("120", server)
    flags = ("is_pn", "is_lid", "is_group", "is_newsletter", "is_broadcast")
    assert [name for name in flags if getattr(jid, name)] == ([flag] if flag else [])


def test_of_phone_when_given_digits() -> None:
    assert str(Jid.of_phone("+5521987650000")) == "5521987650000@s.whatsapp.net"


@pytest.mark.parametrize("number", ["", "+", "55 21", "٥٥٢١"])
def test_of_phone_when_not_digits_raises(number: str) -> None:
    with pytest.raises(BadJid):
        Jid.of_phone(number)


def test_address_key_when_spellings_differ_is_one() -> None:
    spelled = [
        "5521987650000@s.whatsapp.net",
        "552187650000:3@s.whatsapp.net",
        "5521987650000@c.us",
        "5521987650000@hosted",
    ]
    assert {address_key(Jid.parse(text)) for text in spelled} == {("pn", "552187650000")}


def test_address_key_when_a_hidden_number_is_hosted_is_the_same_person() -> None:
    spelled = ["98765432101234@lid", "98765432101234:17@lid", "98765432101234@hosted.lid"]
    assert {address_key(Jid.parse(text)) for text in spelled} == {("lid", "98765432101234")}


@pytest.mark.parametrize(
    ("seen", "dialled"),
    [
        ("552187650000", "5521987650000"),  # an older Brazilian account keeps eight digits at WhatsApp
        ("5521987650000", "552187650000"),
        ("5491123456789", "541123456789"),
        ("5215512345678", "525512345678"),
    ],
)
def test_address_key_when_whatsapp_spells_a_number_unlike_people_is_one(seen: str, dialled: str) -> None:
    assert address_key(Jid.of_phone(seen)) == address_key(Jid.of_phone(dialled))


@given(jids)
def test_address_key_when_the_device_differs_is_the_same(jid: Jid) -> None:
    with suppress(BadJid):
        assert address_key(jid) == address_key(jid.bare)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("98765432101234:4@lid", "lid"),
        ("120363041234567890@g.us", "group"),
        ("120363041234567891@newsletter", "newsletter"),
        ("abc@s.whatsapp.net", "pn"),
    ],
)
def test_address_key_when_not_a_number_is_the_user(text: str, kind: str) -> None:
    jid = Jid.parse(text)
    assert address_key(jid) == (kind, jid.user)


@pytest.mark.parametrize("text", ["status@broadcast", "1203@broadcast", "1@bot", "1@elsewhere"])
def test_address_key_when_nobody_can_be_written_to_raises(text: str) -> None:
    with pytest.raises(BadJid):
        address_key(Jid.parse(text))


@given(st.text())
def test_lane_when_text_is_anything_is_below_64(text: str) -> None:
    assert 0 <= lane_of(text) < 64
    assert lane_of(text) == lane_of(text)


def test_lane_when_asked_again_after_an_update_is_the_same() -> None:
    assert lane_of("5521987650000@s.whatsapp.net") == 21
    assert lane_of("\ud800") == lane_of("\ud800")
