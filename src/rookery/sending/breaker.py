"""A gateway that cannot be reached is left alone for a while, then one message tries.

The state is the gateway's row, so that all workers and the pages see the same: `breaker_failures` counts
connection failures in a row, and from the fifth on nothing goes out before `breaker_until_ms`.
"""

from __future__ import annotations

import logging
import random
from typing import Literal

from django.db.models import F, Q

from rookery import db
from rookery.channels.models import Channel, Gateway
from rookery.conversations import facts
from rookery.db.fields import now_millis

log = logging.getLogger(__name__)

FAILURES = 5
FIRST_MS = 2_000
LONGEST_MS = 60_000
PROBE_MS = 15_000
"""A probe that has not ended by then (its worker may be dead) makes room for another one."""

_random = random.SystemRandom()


def state(failures: int, until_ms: int, now_ms: int) -> Literal["closed", "open", "probe"]:
    """closed: all may go; open: nothing; probe: one message may try."""
    if failures < FAILURES:
        return "closed"
    # Further ahead than anybody sets it: the clock went back since.
    return "open" if now_ms < until_ms <= now_ms + LONGEST_MS else "probe"


def delay_ms(failures: int) -> int:
    """How long to leave a gateway alone after so many failures in a row: growing, with jitter, to a minute."""
    longest = min(LONGEST_MS, FIRST_MS * 2 ** min(failures - FAILURES, 10))
    return int(longest * _random.uniform(0.8, 1.0))


def take_probe(gateway_id: int, now_ms: int) -> bool:
    """Become the one that tries. Inside `db.write()`."""
    due = Q(breaker_until_ms__lte=now_ms) | Q(breaker_until_ms__gt=now_ms + LONGEST_MS)
    rows = Gateway.objects.filter(due, pk=gateway_id, breaker_failures__gte=FAILURES)
    return rows.update(breaker_until_ms=now_ms + PROBE_MS) == 1


def note_failure(gateway_id: int, *, probe: bool) -> None:
    """No connection. What was already under way when the breaker opened does not count again."""
    now = now_millis()
    with db.write():
        gateway = Gateway.objects.select_for_update(no_key=True).filter(pk=gateway_id).first()
        if gateway is None or (
            not probe and state(gateway.breaker_failures, gateway.breaker_until_ms, now) != "closed"
        ):
            return
        failures = gateway.breaker_failures + 1
        until = now + delay_ms(failures) if failures >= FAILURES else 0
        Gateway.objects.filter(pk=gateway_id).update(breaker_failures=failures, breaker_until_ms=until)
        if failures == FAILURES:
            _tell(gateway_id, "open")
    if failures >= FAILURES:
        log.error("gateway unreachable", extra={"gateway_id": gateway_id, "failures": failures})


def note_answer(gateway_id: int) -> None:
    """The gateway answered, whatever it said."""
    if not Gateway.objects.filter(pk=gateway_id, breaker_failures__gt=0).exists():
        return
    with db.write():
        was_open = Gateway.objects.filter(pk=gateway_id, breaker_failures__gte=FAILURES).exists()
        Gateway.objects.filter(pk=gateway_id).update(breaker_failures=0, breaker_until_ms=0)
        if was_open:
            _tell(gateway_id, "closed")
    if was_open:
        log.info("gateway is back", extra={"gateway_id": gateway_id})


def _tell(gateway_id: int, breaker: str) -> None:
    rows = Channel.objects.filter(gateway_id=gateway_id).annotate(inbox_pk=F("inbox__pk"))
    for channel in rows:
        facts.record(
            facts.CHANNEL_CHANGED,
            account=channel.account_id,
            inbox=channel.inbox_pk,
            channel=channel.pk,
            breaker=breaker,
        )
