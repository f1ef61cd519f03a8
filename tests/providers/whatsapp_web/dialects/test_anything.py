"""The dialects against whatever JSON there is: an event, or Unparsable, and nothing else."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rookery.providers.whatsapp_web.parsing.origin import device_of, lane_key
from tools.fuzz_parser import check

texts = st.text(st.characters(codec=None), max_size=30)
jids = st.sampled_from(
    ["5521987650000@s.whatsapp.net", "98765432101234:4@lid", "1203@g.us", "status@broadcast", ""]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts | jids
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
EVENTS = [
    "message",
    "message.ack",
    "message.reaction",
    "message.revoked",
    "message.edited",
    "message.deleted",
]
EVENTS += ["chat_presence", "call.offer", "group.participants", "new.kind"]
KEYS = [
    "id",
    "chat_id",
    "chat_lid",
    "from",
    "from_lid",
    "timestamp",
    "is_from_me",
    "body",
    "ids",
    "receipt_type",
]
KEYS += [
    "image",
    "audio",
    "document",
    "sticker",
    "interactive_media",
    "location",
    "referral",
    "reaction",
    "caption",
]
KEYS += ["replied_to_id", "from_name", "from_history_sync", "sender", "state", "reacted_message_id"]
likely = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(KEYS, values) | {"id": texts, "chat_id": jids, "from": jids}
)
envelopes = st.fixed_dictionaries(
    {"event": st.sampled_from(EVENTS) | values, "payload": likely | values},
    optional={"device_id": jids | values, "session_id": values, "timestamp": values},
)


FLAT = ["sender_id", "chat_id", "chat_jid", "chat_lid", "from", "from_lid", "timestamp", "action", "message"]
FLAT += [
    "reaction",
    "image",
    "contact",
    "location",
    "revoked_message_id",
    "original_message_id",
    "edited_text",
]
inner = st.fixed_dictionaries(
    {}, optional={"text": texts, "id": texts, "message": texts, "replied_id": values}
)
actions = st.sampled_from(["message_edited", "message_revoked", "event.delete_for_me", "other"])
froms = st.sampled_from(
    ["5521987650000:4@s.whatsapp.net in 1203@g.us", "1@lid in 2@s.whatsapp.net", " in ", "x in y in z"]
)
flat = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(FLAT, values)
    | {"message": inner, "reaction": inner, "from": froms, "chat_id": jids | texts, "action": actions},
)


@given(flat)
def test_parse_when_flat_object_holds_anything(body: dict[str, Any]) -> None:
    check(json.dumps(body).encode())


@given(envelopes)
def test_parse_when_envelope_holds_anything(body: dict[str, Any]) -> None:
    check(json.dumps(body).encode())


@given(values)
def test_parse_when_json_is_anything(body: object) -> None:
    check(json.dumps(body).encode())


@given(st.binary(max_size=200))
def test_parse_when_bytes_are_anything(raw: bytes) -> None:
    check(raw)


@given(envelopes | values)
def test_origin_when_json_is_anything_gives_texts(body: object) -> None:
    raw = json.dumps(body).encode()
    assert isinstance(lane_key(raw), str)
    assert device_of(raw) is None or device_of(raw)


@given(st.binary(max_size=50))
def test_origin_when_bytes_are_anything_gives_texts(raw: bytes) -> None:
    assert isinstance(lane_key(raw), str)
    device_of(raw)


def test_device_when_body_names_it() -> None:
    assert (
        device_of(b'{"device_id": "5511940001234@s.whatsapp.net", "event": "message"}')
        == "5511940001234@s.whatsapp.net"
    )
    assert device_of(b'{"device_id": "x@lid", "payload": {"body": "\\ud800"}}') == "x@lid"
    assert device_of(b'{"device_id": 5}') is None
    assert device_of(b'{"event": "message"}') is None
    assert device_of(b"<html>") is None


def test_lane_key_when_chat_is_named_in_several_ways() -> None:
    both = {"device_id": "d@lid", "payload": {"chat_lid": "1@lid", "chat_id": "2@s.whatsapp.net"}}
    assert lane_key(json.dumps(both).encode()) == "1@lid"
    assert lane_key(b'{"device_id": "d@lid", "payload": {"chat_id": "2@g.us", "from": "3@lid"}}') == "2@g.us"
    assert lane_key(b'{"device_id": "d@lid", "payload": {"from": "2@g.us", "sender": "3@lid"}}') == "2@g.us"
    assert lane_key(b'{"device_id": "d@lid", "payload": {"from": "2@g.us"}}') == "d@lid"
    assert (
        lane_key(b'{"device_id": "d@lid", "payload": {"chat_id": "2@g.us", "body": "\\ud800"}}') == "2@g.us"
    )
    assert lane_key(b'{"device_id": "d@lid", "payload": "\\ud800"}') == "d@lid"
    assert lane_key(b"[]") == ""
    assert lane_key(b'{"chat_id": "1203", "from": "1@lid in 1203@g.us"}') == "1203"
    assert lane_key(b'{"chat_lid": "1@lid", "chat_id": "55", "message": {}}') == "1@lid"
    assert lane_key(b'{"chat_id": "55", "message": {"text": "\\ud800"}}') == "55"
