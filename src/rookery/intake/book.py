"""What the door knows by heart: numbers, and the opened secrets that sign for them."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeAlias

from rookery.accounts.encryption import SecretUnavailable, unseal
from rookery.intake.listing import ListedSecret, Listing
from rookery.waid import BadJid, BadPhone, Jid, phone

log = logging.getLogger(__name__)

Hash: TypeAlias = Any  # what hashlib makes; its type has no public name

SHORTEST_SECRET = 16
_REMEMBERED = 4096
_BLOCK = 64  # of SHA-256, in bytes


class Secret:
    """An opened webhook secret of a gateway, kept as the two hash states of its HMAC. `until_ms` 0: for good.

    `hmac.digest` lets go of the interpreter's lock for every body, and the thread that writes to the database then
    takes it: measured, a signature waited 100 microseconds for one of work. These hashes of small bodies do not.
    """

    __slots__ = ("gateway_id", "inner", "outer", "until_ms")

    def __init__(self, value: bytes, gateway_id: int, until_ms: int = 0) -> None:
        key = (sha256(value).digest() if len(value) > _BLOCK else value).ljust(_BLOCK, b"\0")
        self.inner = sha256(bytes(byte ^ 0x36 for byte in key))
        self.outer = sha256(bytes(byte ^ 0x5C for byte in key))
        self.gateway_id = gateway_id
        self.until_ms = until_ms

    def valid_at(self, now_ms: int) -> bool:
        return not self.until_ms or now_ms < self.until_ms

    def sign(self, body: bytes) -> bytes:
        """HMAC-SHA256 of a whole body."""
        running = self.inner.copy()
        running.update(body)
        return self.finish(running)

    def finish(self, running: Hash) -> bytes:
        """The HMAC of whatever a copy of `inner` was fed with."""
        last = self.outer.copy()
        last.update(running.digest())
        return last.digest()


@dataclass(frozen=True, slots=True)
class Number:
    """A channel as the door sees it. `secrets`: its own and its gateway's; none means that nothing is accepted."""

    channel_id: int
    gateway_id: int
    key: str
    slot: str
    lid: str
    secrets: tuple[Secret, ...] = field(repr=False)


class Book:
    """All numbers, found by phone key, own LID or slot."""

    def __init__(self, numbers: Iterable[Number] = ()) -> None:
        self.by_key: dict[str, Number] = {}
        self.by_lid: dict[str, list[Number]] = defaultdict(list)
        self.by_slot: dict[str, list[Number]] = defaultdict(list)
        for number in numbers:
            self.by_key[number.key] = number
            if number.lid:
                self.by_lid[number.lid].append(number)
            if number.slot:
                self.by_slot[number.slot].append(number)

    def of_device(self, device: str) -> list[Number]:
        """Numbers that an event's `device_id` may mean: one by number; by LID one for each gateway."""
        kind, key = device_key(device)
        if kind == "lid":
            return self.by_lid.get(key, [])
        number = self.by_key.get(key)
        return [number] if number else []

    def of_slot(self, slot: str) -> list[Number]:
        """Numbers with this slot id, one for each gateway; a slot id may also be the account's own JID."""
        return self.by_slot.get(slot) or self.of_device(slot)


def bind(listing: Listing) -> Book:
    """Open the secrets of a listing. Those that do not open, or that anybody could guess, are left out."""
    of_gateway: dict[int, list[ListedSecret]] = defaultdict(list)
    of_channel: dict[int, list[ListedSecret]] = defaultdict(list)
    for secret in listing.secrets:
        if secret.channel_id is not None:
            of_channel[secret.channel_id].append(secret)
        elif secret.gateway_id is not None:
            of_gateway[secret.gateway_id].append(secret)
    return Book(
        Number(
            channel_id=channel.id,
            gateway_id=channel.gateway_id,
            key=channel.phone_key,
            slot=channel.device_id,
            lid=_lid(channel.own_lid),
            secrets=tuple(
                Secret(value, channel.gateway_id, secret.until_ms)
                for secret in of_channel[channel.id] + of_gateway[channel.gateway_id]
                if (value := _opened(secret.sealed, secret.context))
            ),
        )
        for channel in listing.channels
    )


def is_guessable(secret: str) -> bool:
    """The gateway's default word, or too short to be a secret: no channel is accepted with it."""
    return len(secret) < SHORTEST_SECRET


@lru_cache(maxsize=_REMEMBERED)
def path_key(text: str) -> str | None:
    """The key of a number in the webhook's path, with or without `+`; None for what is no number."""
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
        return None
    return phone.key(digits)


@lru_cache(maxsize=_REMEMBERED)
def device_key(device: str) -> tuple[str, str]:
    """`("pn", key)` or `("lid", user)` of a `device_id` (a JID, by chance without its server)."""
    try:
        jid = Jid.parse(device)
    except BadJid:
        return "pn", path_key(device) or ""
    if jid.is_lid:
        return "lid", jid.user
    try:
        return "pn", phone.key(jid.user)
    except BadPhone:
        return "pn", ""


@lru_cache(maxsize=_REMEMBERED)
def _opened(sealed: str, context: str) -> bytes | None:
    try:
        plain = unseal(sealed, context)
    except SecretUnavailable:
        log.warning("a webhook secret does not open with the keys at hand", extra={"secret_of": context})
        return None
    if is_guessable(plain):
        log.warning("a webhook secret is too easy to guess and is not accepted", extra={"secret_of": context})
        return None
    return plain.encode()


def _lid(text: str) -> str:
    kind, key = device_key(text) if text else ("", "")
    return key if kind == "lid" else text.partition("@")[0] if text else ""
