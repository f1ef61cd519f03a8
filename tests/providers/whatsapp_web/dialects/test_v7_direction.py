"""Gateway 7 does not say which messages are our own: the sender's address does, or, failing that, the chat's."""

import json

import pytest

from rookery.providers.errors import Unparsable
from rookery.providers.events import MessageEvent
from rookery.providers.whatsapp_web import WhatsAppWeb
from rookery.waid import Jid

PN, LID = Jid.parse("5511940001234@s.whatsapp.net"), Jid.parse("55566677788899@lid")
BIA = Jid.parse("5521987650000@s.whatsapp.net")


def parse(origin: str, own: frozenset[Jid] = frozenset(), **more: str) -> MessageEvent:
    body = {"from": origin, "message": {"id": "A1", "text": "oi"}, **more}
    (event,) = WhatsAppWeb.parse(json.dumps(body).encode(), own)
    assert isinstance(event, MessageEvent)
    return event


@pytest.mark.parametrize(
    ("origin", "own", "ours"),
    [
        ("5511940001234:17@s.whatsapp.net in 5521987650000@s.whatsapp.net", {PN}, True),
        ("552187650000@s.whatsapp.net in 5511940001234@s.whatsapp.net", {BIA}, True),  # the ninth digit
        ("5521987650000:4@s.whatsapp.net in 5521987650000@s.whatsapp.net", {PN}, False),
        ("5521987650000@s.whatsapp.net", {PN}, False),
        ("5511940001234@s.whatsapp.net", {PN}, True),  # a note to oneself
        ("55566677788899:2@lid in 98765432101234@lid", {PN, LID}, True),
        ("55566677788899@lid in 120363041234567890@g.us", {PN, LID}, True),
        ("5511940001234@s.whatsapp.net in 120363041234567890@g.us", {LID, PN}, True),
        ("5521987650000@s.whatsapp.net in 120363041234567890@g.us", {PN, LID}, False),
        # Our addresses are not known yet: in a chat of two it is us if it is not the other.
        ("5511940001234@s.whatsapp.net in 5521987650000@s.whatsapp.net", set(), True),
        ("5521987650000:4@s.whatsapp.net in 552187650000@s.whatsapp.net", set(), False),
        ("55566677788899@lid in 98765432101234@lid", {PN}, True),
        ("5521987650000@s.whatsapp.net", {Jid.parse("1@bot")}, False),
        ("5511940001234@s.whatsapp.net in 120363041234567890@g.us", set(), False),
        ("55566677788899@lid in 5521987650000@s.whatsapp.net", {PN}, False),  # cannot be compared
    ],
)
def test_parse_when_sender_is_or_is_not_us(origin: str, own: set[Jid], ours: bool) -> None:
    assert parse(origin, frozenset(own)).from_me is ours


@pytest.mark.parametrize(
    "origin", ["55566677788899@lid in 5521987650000@s.whatsapp.net", "1@lid in 2@lid", "1@lid in 2@bot"]
)
def test_parse_when_raw_sender_is_not_the_raw_chat_in_a_chat_of_two_it_is_us(origin: str) -> None:
    body = {"from": origin, "sender_id": "1", "chat_id": "2", "message": {"id": "A1", "text": "oi"}}
    (event,) = WhatsAppWeb.parse(json.dumps(body).encode(), frozenset({PN}))
    assert getattr(event, "from_me", None) is (None if "bot" in origin else True)


def test_parse_when_raw_sender_is_not_the_raw_chat_in_a_group_asks_the_address() -> None:
    more = {"sender_id": "5521987650000", "chat_id": "120363041234567890"}
    assert not parse(
        "5521987650000@s.whatsapp.net in 120363041234567890@g.us", frozenset({PN}), **more
    ).from_me


def test_parse_when_chat_and_author_cannot_be_compared_joins_no_addresses() -> None:
    event = parse("55566677788899@lid in 5521987650000@s.whatsapp.net")
    assert (event.chat.jid, event.chat.lid, event.author.pn) == (BIA, None, None)


def test_parse_when_author_is_the_chat_under_another_name_joins_them() -> None:
    more = {"sender_id": "98765432101234", "chat_id": "98765432101234", "from_lid": "98765432101234@lid"}
    event = parse("5521987650000@s.whatsapp.net in 98765432101234@lid", frozenset({PN}), **more)
    assert (event.chat.jid, str(event.chat.lid), event.author.pn) == (BIA, "98765432101234@lid", BIA)


@pytest.mark.parametrize(
    ("chat_id", "jid"),
    [
        ("5521987650000", "5521987650000@s.whatsapp.net"),
        ("551234567890123", "551234567890123@s.whatsapp.net"),
        ("1203630412345678", "1203630412345678@g.us"),
        ("5511940001234-1500000000", "5511940001234-1500000000@g.us"),
        ("120363041234567890@g.us", "120363041234567890@g.us"),
    ],
)
def test_parse_when_only_the_bare_chat_is_named_guesses_its_server(chat_id: str, jid: str) -> None:
    assert str(parse("", chat_id=chat_id).chat.jid) == jid


def test_parse_when_bare_chat_is_the_authors_lid_knows_it() -> None:
    assert parse("", chat_id="98765432101234", from_lid="98765432101234@lid").chat.jid.is_lid


def test_device_when_gateway_7_speaks_is_not_named() -> None:
    assert WhatsAppWeb.device_of(b'{"sender_id": "1", "chat_id": "2", "message": {}}') is None


@pytest.mark.parametrize("chat_id", ["status", "", "12a"])
def test_parse_when_no_chat_can_be_made_out_parks_the_message(chat_id: str) -> None:
    with pytest.raises(Unparsable):
        parse("", chat_id=chat_id)
