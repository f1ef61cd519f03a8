"""The exact bytes of webhooks."""

from __future__ import annotations

from rookery.sandbox import wire
from rookery.sandbox.post import request_bytes

VECTOR = (
    b'{"device_id":"5511940001234@s.whatsapp.net","event":"message","payload":{"body":"a \\u0026 b",'
    b'"chat_id":"5521987650000@s.whatsapp.net","from":"5521987650000@s.whatsapp.net",'
    b'"id":"A5F00D1122334455667788990A0B0C0D","is_from_me":false,"timestamp":"2026-03-04T15:04:05Z"}}'
)
SIGNATURE = "sha256=59ee9c6cef29862833be6a2dad253c091af0dde2235c4c438eb0798fce2e30e0"


def test_body_is_the_contract_vector_when_keys_come_in_any_order() -> None:
    event = {
        "event": "message",
        "payload": {
            "timestamp": "2026-03-04T15:04:05Z",
            "is_from_me": False,
            "id": "A5F00D1122334455667788990A0B0C0D",
            "from": "5521987650000@s.whatsapp.net",
            "chat_id": "5521987650000@s.whatsapp.net",
            "body": "a & b",
        },
        "device_id": "5511940001234@s.whatsapp.net",
    }
    assert wire.body(event) == VECTOR
    assert len(VECTOR) == 267


def test_signature_is_the_contract_vector() -> None:
    assert wire.signature("segredo-demo", VECTOR) == SIGNATURE


def test_body_escapes_markup_and_keeps_other_characters_raw() -> None:
    assert wire.body({"b": "<é>🌻\u2028"}) == '{"b":"\\u003cé\\u003e🌻\\u2028"}'.encode()


def test_declared_objects_keep_their_key_order() -> None:
    assert (
        wire.body({"z": wire.Declared(b=1, a=2), "a": {"d": 1, "c": 2}})
        == b'{"a":{"c":2,"d":1},"z":{"b":1,"a":2}}'
    )


def test_lone_surrogates_do_not_break_a_body() -> None:
    assert wire.body({"a": "x\ud800"}) == '{"a":"x\ufffd"}'.encode()


def test_request_is_chunked_without_length_for_old_builds() -> None:
    sent = request_bytes(
        "POST", "http://h.example:81/a?b=1", wire.webhook_headers("sha256=00"), b"hello", True
    )
    assert sent == (
        b"POST /a?b=1 HTTP/1.1\r\nHost: h.example:81\r\nUser-Agent: Go-http-client/1.1\r\n"
        b"Transfer-Encoding: chunked\r\nContent-Type: application/json\r\nX-Hub-Signature-256: sha256=00\r\n"
        b"Accept-Encoding: gzip\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    )


def test_request_has_a_length_for_new_builds() -> None:
    sent = request_bytes("POST", "http://h.example/", wire.webhook_headers("sha256=00"), b"hello", False)
    assert b"Content-Length: 5\r\n" in sent
    assert b"Transfer-Encoding" not in sent
    assert sent.endswith(b"\r\n\r\nhello")
