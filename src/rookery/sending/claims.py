"""Which messages go next: one a chat, few a number, as fast as the number may, past no open breaker.

A claim is a lease on a pending message and no more: whoever dies with it has sent nothing (decisions C4).
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from rookery import db
from rookery.channels.models import Channel
from rookery.conversations.store import outbox
from rookery.db.fields import now_millis
from rookery.sending import breaker
from rookery.sending.pacing import Bucket

LEASE_MS = 30_000
RENEW_SECONDS = 10.0
PER_CHANNEL = 4
PER_GATEWAY = 14
"""Below the connections of one client, so that questions and status calls find one free."""
PER_PROCESS = 32


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours for now. `probe`: it tries whether the gateway is back."""

    message_id: int
    channel_id: int
    gateway_id: int
    probe: bool = False


@dataclass(slots=True)
class Load:
    """What this process has under way."""

    channels: Counter[int] = field(default_factory=Counter)
    gateways: Counter[int] = field(default_factory=Counter)

    def add(self, claim: Claim) -> None:
        self.channels[claim.channel_id] += 1
        self.gateways[claim.gateway_id] += 1

    def remove(self, claim: Claim) -> None:
        self.channels[claim.channel_id] -= 1
        self.gateways[claim.gateway_id] -= 1

    def copy(self) -> Load:
        return Load(Counter(self.channels), Counter(self.gateways))

    def room(self, channel_id: int, gateway_id: int) -> int:
        """How many more of this number may start."""
        return min(
            PER_CHANNEL - self.channels[channel_id],
            PER_GATEWAY - self.gateways[gateway_id],
            PER_PROCESS - self.channels.total(),
        )


def new_owner() -> str:
    """A name for this worker that no other worker, nor its own next life, has."""
    return f"{os.getpid():x}-{secrets.token_hex(12)}"[:40]


def claim(owner: str, load: Load, held: Collection[int]) -> list[Claim]:
    """Claim what may go now. `held`: channels that wait for their number to come back. `load` grows by the claims."""
    found: list[Claim] = []
    waiting = [pk for pk in outbox.waiting_channels(now_millis()) if pk not in held]
    if not waiting:
        return found
    for channel in Channel.objects.filter(pk__in=waiting).select_related("gateway").order_by("pk"):
        for taken in _claim_of(channel, owner, load.room(channel.pk, channel.gateway_id)):
            load.add(taken)
            found.append(taken)
    return found


def _claim_of(channel: Channel, owner: str, room: int) -> list[Claim]:
    now = now_millis()
    gateway = channel.gateway
    gate = breaker.state(gateway.breaker_failures, gateway.breaker_until_ms, now)
    room = min(room, 1 if gate == "probe" else PER_CHANNEL, Bucket(channel, now).room)
    # Asked without a lock first: most rounds find nothing, and nobody has to wait for that.
    if room <= 0 or gate == "open" or not outbox.candidates(channel.pk, now, 1):
        return []
    with db.write():
        return _take(channel.pk, owner, room, probe=gate == "probe")


def _take(channel_id: int, owner: str, room: int, *, probe: bool) -> list[Claim]:
    now = outbox.lease_clock()
    channel = Channel.objects.select_for_update(no_key=True, of=("self",)).get(pk=channel_id)
    bucket = Bucket(channel, now)
    claims = []
    for message_id in outbox.candidates(channel_id, now, min(room, bucket.room), take=True):
        if probe and not breaker.take_probe(channel.gateway_id, now):
            break
        if bucket.take() and outbox.lease(message_id, owner, now, now + LEASE_MS):
            claims.append(Claim(message_id, channel_id, channel.gateway_id, probe))
    bucket.save()
    return claims
