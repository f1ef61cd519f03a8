import ipaddress

import pytest

from rookery.outbound_http.addresses import Rules, is_ours

ALWAYS_REFUSED = [
    "169.254.169.254",
    "169.254.1.1",
    "fe80::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
]
PRIVATE = [
    "127.0.0.1",
    "::1",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "fd12::1",
    "::ffff:10.0.0.5",
]
PUBLIC = ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", ALWAYS_REFUSED)
def test_address_when_never_allowed_is_refused_even_with_private_ones(text: str) -> None:
    assert not Rules(allow_private=True).allow(ipaddress.ip_address(text), 443)


@pytest.mark.parametrize("text", PRIVATE)
def test_address_when_private_needs_permission(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert not Rules().allow(address, 80)
    assert Rules(allow_private=True).allow(address, 80)


@pytest.mark.parametrize("text", PUBLIC)
def test_address_when_public_is_allowed(text: str) -> None:
    assert Rules().allow(ipaddress.ip_address(text), 443)


def test_port_when_ours_is_refused_here_and_allowed_elsewhere() -> None:
    rules = Rules(allow_private=True, forbidden_ports=frozenset({8000}))
    assert not rules.allow(ipaddress.ip_address("127.0.0.1"), 8000)
    assert not rules.allow(ipaddress.ip_address("::ffff:127.0.0.1"), 8000)
    assert rules.allow(ipaddress.ip_address("127.0.0.1"), 3000)
    assert rules.allow(ipaddress.ip_address("10.255.254.253"), 8000)


def test_is_ours_when_asked_for_loopback_and_strangers() -> None:
    assert is_ours(ipaddress.ip_address("127.0.0.7"))
    assert not is_ours(ipaddress.ip_address("8.8.8.8"))
