"""Which addresses may be connected to."""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

# Where clouds answer questions about the machine, passwords included. The link-local ones need no entry.
_METADATA: Final = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "fd00:ec2::254",  # AWS over IPv6
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure
        "192.0.0.192",  # Oracle
    )
)
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Rules:
    """`forbidden_ports` are those we listen on ourselves; they are refused on this machine's own addresses."""

    allow_private: bool = False
    forbidden_ports: frozenset[int] = frozenset()

    def allow(self, address: Address, port: int) -> bool:
        return all(self._allow_one(form, port) for form in _forms(address))

    def _allow_one(self, address: Address, port: int) -> bool:
        if address.is_link_local or address.is_multicast or address.is_unspecified or address in _METADATA:
            return False
        if isinstance(address, IPv4Address) and address.is_reserved:
            return False
        if not (self.allow_private or address.is_global):
            return False
        return port not in self.forbidden_ports or not is_ours(address)


def rules(*, allow_private: bool, forbidden_ports: Collection[int]) -> Rules:
    return Rules(allow_private, frozenset(forbidden_ports))


def is_ours(address: Address) -> bool:
    """Is it an address of this machine? Only such a one can be bound."""
    if address.is_loopback:
        return True
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def _forms(address: Address) -> list[Address]:
    """The address and every address hidden inside it by a transition scheme."""
    forms: list[Address] = [address]
    if isinstance(address, IPv6Address):
        hidden = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            hidden.append(IPv4Address(int(address) & 0xFFFF_FFFF))
        inner = [form for form in hidden if form is not None]
        # A mapped address is its inner one and no other: ::ffff:8.8.8.8 is not global by itself.
        forms = inner if address.ipv4_mapped or address in _NAT64 else forms + inner
    return forms
