"""The dialect against whatever JSON there is: an event, or Unparsable, and nothing else."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rookery.providers.errors import Unparsable
from rookery.providers.whatsapp_web.dialects import v8
from rookery.providers.whatsapp_web.dialects.v8.origin import device_of, lane_key

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


def check(raw: bytes) -> None:
    try:
        events = v8.parse(raw)
    except Unparsable:
        return
    assert len(events) == 1
    json.dumps(str(events)).encode()
    assert "\\x00" not in str(events)


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
