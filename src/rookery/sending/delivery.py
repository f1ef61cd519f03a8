"""One attempt at one message: load, mark as leaving, call the provider, record what came of it.

`sending` with the time is committed directly before the request. So whatever kills the process finds one of
three things: pending (nothing left), sending (uncertain from now on), or an outcome.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from rookery import db
from rookery.channels.connect import Connections
from rookery.channels.models import Channel
from rookery.conversations.actions import outbox as recording
from rookery.conversations.store import outbox
from rookery.db.fields import now_millis
from rookery.providers.commands import Sent
from rookery.providers.errors import OutcomeUnknown, ProviderError, Unreachable
from rookery.sending import breaker, clock, compose, evidence
from rookery.sending.claims import LEASE_MS, Claim
from rookery.sending.compose import Outgoing
from rookery.sending.database import Database
from rookery.sending.outcome import Verdict, failure_kind, judge
from rookery.sending.routes import reach
from rookery.telemetry import metrics

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Departed:
    """A message whose request begins now."""

    outgoing: Outgoing
    left_ms: int


async def deliver(claim: Claim, owner: str, database: Database, connections: Connections) -> Verdict | None:
    """None when it was sent, or was not ours to send any more."""
    try:
        outgoing = await database.insist(compose.load, claim.message_id)
        provider = reach(connections, outgoing.channel)
    except ProviderError as error:
        return await database.insist(give_up, claim, owner, error)
    left_ms = await database.insist(depart, claim.message_id, owner)
    if left_ms is None:
        return None
    departed = Departed(outgoing, left_ms)
    try:
        sent = await provider.send(outgoing.command)
    except ProviderError as error:
        return await database.insist(record_error, claim, owner, departed, error)
    except BaseException:
        # Cancelled, or a mistake of ours: the request may be on its way all the same.
        unknown = OutcomeUnknown("connection_lost")
        await database.insist(record_error, claim, owner, departed, unknown)
        raise
    await database.insist(record_success, claim, owner, departed, sent)
    return None


def depart(message_id: int, owner: str) -> int | None:
    """Commit that the message leaves now; None when somebody else has it, or the agent took it back."""
    with db.write():
        now = now_millis()
        mine = outbox.mark_sending(message_id, owner, now, outbox.lease_clock() + LEASE_MS)
    return now if mine else None


def record_success(claim: Claim, owner: str, departed: Departed, sent: Sent) -> None:
    now = now_millis()
    second = int(sent.at.timestamp()) if sent.at is not None else None
    outgoing = departed.outgoing
    with db.write():
        counted = recording.record_sent(claim.message_id, owner, sent.source_id, second)
        Channel.objects.filter(pk=claim.channel_id).update(last_sent_ms=now)
        if second is not None:
            clock.learn(claim.channel_id, outgoing.channel.clock_offset_ms, departed.left_ms, now, second)
        breaker.note_answer(claim.gateway_id)
    if counted:
        metrics.message_sent.labels(status="sent").inc()
        metrics.send_duration.observe(max(0, now - outgoing.queue_seq) / 1000)
        log.info("message sent", extra=_about(claim))


def record_error(claim: Claim, owner: str, departed: Departed, error: ProviderError) -> Verdict:
    """After a request. Only a failure to connect counts against the gateway."""
    metrics.gateway_failures.labels(kind=failure_kind(error)).inc()
    verdict = judge(error, departed.outgoing.attempts)
    with db.write():
        _record(claim, owner, verdict)
        if isinstance(error, Unreachable):
            breaker.note_failure(claim.gateway_id, probe=claim.probe)
        else:
            breaker.note_answer(claim.gateway_id)
    return verdict


def give_up(claim: Claim, owner: str, error: ProviderError) -> Verdict:
    """Before any request."""
    verdict = judge(error, 0)
    _record(claim, owner, verdict)
    return verdict


def _record(claim: Claim, owner: str, verdict: Verdict) -> None:
    now = now_millis()
    message_id, code, params = claim.message_id, verdict.code, verdict.params
    if verdict.kind == "uncertain":
        possible = verdict.row_possible
        look = now + evidence.first_look_ms(row_possible=possible)
        if recording.record_uncertain(message_id, owner, code, params, row_possible=possible, look_ms=look):
            metrics.sends_uncertain.inc()
            log.warning("outcome of a send unknown", extra=_about(claim) | {"code": code})
    elif verdict.kind == "failed":
        if recording.record_failed(message_id, owner, code, params):
            metrics.message_sent.labels(status="failed").inc()
            log.error("send failed", extra=_about(claim) | {"code": code})
    else:
        counts = verdict.kind == "retry"
        recording.record_retry_later(message_id, owner, now + verdict.wait_ms, code, params, counts=counts)


def _about(claim: Claim) -> dict[str, int]:
    return {"message_id": claim.message_id, "channel_id": claim.channel_id}
