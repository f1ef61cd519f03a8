import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery.providers.whatsapp_web.signature import sign, verify

# The gateway's own vector: exactly these 267 bytes, secret `segredo-demo`.
BODY = (
    rb'{"device_id":"5511940001234@s.whatsapp.net","event":"message","payload":{"body":"a \u0026 b",'
    rb'"chat_id":"5521987650000@s.whatsapp.net","from":"5521987650000@s.whatsapp.net",'
    rb'"id":"A5F00D1122334455667788990A0B0C0D","is_from_me":false,"timestamp":"2026-03-04T15:04:05Z"}}'
)
HEADER = "sha256=59ee9c6cef29862833be6a2dad253c091af0dde2235c4c438eb0798fce2e30e0"


def test_signature_when_made_like_the_gateway_is_the_gateways() -> None:
    assert len(BODY) == 267
    assert sign("segredo-demo", BODY) == HEADER
    assert verify("segredo-demo", BODY, HEADER)
    assert verify("segredo-demo", BODY, HEADER.encode())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        HEADER[7:],
        HEADER[:-1],
        HEADER + "0",
        HEADER.upper(),
        "sha1=" + HEADER[7:],
        "é",
        "\ud800",
    ],
)
def test_signature_when_header_is_wrong_is_refused(header: str | None) -> None:
    assert not verify("segredo-demo", BODY, header)


def test_signature_when_secret_or_body_is_another_is_refused() -> None:
    assert not verify("segredo-dem", BODY, HEADER)
    assert not verify("segredo-demo", BODY.replace(rb"\u0026", b"&"), HEADER)
    assert not verify("", BODY, sign("", BODY))


@given(st.text(min_size=1), st.binary(), st.integers(min_value=0))
def test_signature_when_one_byte_changes_is_refused(secret: str, body: bytes, where: int) -> None:
    header = sign(secret, body)
    assert verify(secret, body, header)
    if body:
        at = where % len(body)
        assert not verify(secret, body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :], header)
