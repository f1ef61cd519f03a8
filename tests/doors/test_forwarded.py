"""Forwarded headers count only from proxies the owner named."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from rookery.doors.forwarded import Forwarded, clean
from tests.doors.asking import ask

NETWORKS = [ipaddress.ip_network(text) for text in ("10.0.0.0/8", "127.0.0.1/32", "fd00::/8")]


async def seen(headers: dict[str, str], client: str, trusted: bool = True) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    await ask(Forwarded(app, NETWORKS if trusted else []), headers=headers, client=client)
    return found


@pytest.mark.parametrize(("client", "chain", "expected"), [
    ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
    ("10.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
    ("10.0.0.1", "203.0.113.7, 10.9.9.9, 127.0.0.1", "203.0.113.7"),
    ("10.0.0.1", "203.0.113.7:55000", "203.0.113.7"),
    ("fd00::1", "[2001:db8::7]:443", "2001:db8::7"),
    ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
    ("10.0.0.1", "not an address", "10.0.0.1"),
    ("10.0.0.1", "203.0.113.7, unknown", "10.0.0.1"),
    ("10.0.0.1", "", "10.0.0.1"),
    ("198.51.100.1", "203.0.113.7", "198.51.100.1"),
])  # fmt: skip
async def test_client_is_the_last_untrusted_address_when_a_trusted_proxy_says_so(
    client: str, chain: str, expected: str
) -> None:
    scope = await seen({"x-forwarded-for": chain, "x-forwarded-proto": "https"}, client)
    assert scope["client"][0] == expected
    assert scope["scheme"] == ("http" if client == "198.51.100.1" else "https")


async def test_nothing_changes_when_no_proxy_is_named() -> None:
    scope = await seen(
        {"x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https"}, "10.0.0.1", trusted=False
    )
    assert (scope["client"][0], scope["scheme"]) == ("10.0.0.1", "http")


@pytest.mark.parametrize("proto", ["ftp", "", "javascript", "https, ftp"])
async def test_scheme_stays_when_the_proxy_names_none_of_ours(proto: str) -> None:
    assert (await seen({"x-forwarded-proto": proto}, "10.0.0.1"))["scheme"] == "http"


def encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def test_internal_and_ambiguous_headers_end_here_when_somebody_sends_them() -> None:
    sent = {
        "x-rookery-file": "a",
        "x_rookery_file": "b",
        "proxy": "c",
        "content_length": "5",
        "accept": "*/*",
    }
    assert [name for name, _ in clean(encoded(sent))] == [b"accept"]


def test_token_of_the_api_arrives_with_dashes_when_it_is_sent_with_underscores() -> None:
    assert clean(encoded({"api_access_token": "t"})) == [(b"api-access-token", b"t")]
