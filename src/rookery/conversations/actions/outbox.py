"""What room `sending` writes about messages of ours: what became of an attempt, and what evidence says.

Every outcome counts only from the worker that owns the attempt. A late one counts as evidence: it can settle
what nobody knows, never contradict what is known (decisions C3, C4).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import F

from rookery import db
from rookery.conversations import facts
from rookery.conversations.actions import receipts, twins
from rookery.conversations.models import Message
from rookery.conversations.store import outbox, threads, waiting
from rookery.db.fields import now_millis

log = logging.getLogger(__name__)

State = Message.State
UNSENT = (State.PENDING, State.UNCERTAIN, State.FAILED, State.STALE, State.CANCELLED, State.SENT)
"""Where a message without a source id can be when proof arrives that it went out."""

Params = Mapping[str, str | int]


def record_sent(message_id: int, owner: str, source_id: str, at: int | None) -> bool:
    """WhatsApp took it. `at`: its second, None if the answer did not say. True when the message became sent by this.

    From a worker that lost the message this is evidence. A row that has the id already is absorbed; if it is
    another message of ours, that one had been settled wrongly and is uncertain again.
    """
    try:
        return _record_sent(message_id, owner, source_id, at)
    except IntegrityError:
        # The twin was stored by another worker between our look and our write: now it can be found.
        return _record_sent(message_id, owner, source_id, at)


def _record_sent(message_id: int, owner: str, source_id: str, at: int | None) -> bool:
    with db.write():
        message = _locked(message_id)
        if message is None:
            return False
        ours = message.state == State.SENDING and message.owner == owner
        if not ours and not _unsent(message):
            log.warning("late success of a message that is settled", extra={"message_id": message_id})
            return False
        counted = message.state == State.SENT
        _settle(message, source_id, at)
    return not counted


def settle_by_evidence(message_id: int, source_id: str, at: int | None) -> bool:
    """The record, or a receipt, shows that an uncertain or failed message went out under this id.

    False, and nothing written, when it was settled meanwhile or the id belongs to another message of ours.
    """
    with db.write():
        message = _locked(message_id)
        if message is None or message.source_id or message.state not in (State.UNCERTAIN, State.FAILED):
            return False
        twin = twins.find(message, source_id)
        if twin is not None and twin.queue_seq is not None:
            return False
        _settle(message, source_id, at)
    return True


def record_failed(message_id: int, owner: str, code: str, params: Params) -> bool:
    """It did not go out and trying again would not help. False from a worker that lost it."""
    return _finish(message_id, owner, code, params, state=State.FAILED, left_ms=None)


def record_uncertain(
    message_id: int, owner: str, code: str, params: Params, *, row_possible: bool, look_ms: int
) -> bool:
    """Nobody knows whether it went out; `look_ms`: when to look for evidence first. False from a worker that lost it."""
    return _finish(
        message_id, owner, code, params, state=State.UNCERTAIN, ended_ms=now_millis(),
        row_possible=row_possible, due_ms=look_ms, looks=0,
    )  # fmt: skip


def record_retry_later(
    message_id: int, owner: str, due_ms: int, code: str, params: Params, *, counts: bool = True
) -> bool:
    """It did not go out and is to be tried again at `due_ms`. False from a worker that lost it.

    The bubble changes, and says why it waits, only when the reason is a new one.
    """
    more = {"attempts": F("attempts") + 1} if counts else {}
    with db.write():
        message = _locked(message_id)
        if message is None or message.owner != owner or message.state not in (State.PENDING, State.SENDING):
            return False
        shown = message.failure_code != code
        Message.objects.filter(pk=message_id).update(
            state=State.PENDING, owner="", lease_ms=0, left_ms=None, due_ms=due_ms, failure_code=code,
            failure_params=dict(params), version=F("version") + int(shown), **more,
        )  # fmt: skip
        if shown:
            _record(message, State.PENDING)
    return True


def recover(owner: str, active: Collection[int], now: int, *, alone: bool) -> list[int]:
    """What dead workers left in `sending` becomes uncertain; answers the ids.

    `active`: what `owner` really has under way. `now` is the leases' clock. `alone`: every other worker is dead,
    so leases need not run out, and pending messages leased by others are free at once.
    """
    found = []
    for message_id, worker, lease_ms in outbox.in_flight():
        alive = message_id in active if worker == owner else lease_ms > now and not alone
        if not alive and _abandon(message_id, worker):
            found.append(message_id)
    if alone:
        with db.write():
            outbox.release_others(owner)
    return found


def do_set_stale(message_ids: Sequence[int]) -> int:
    """Messages that waited too long ask "still send?"; how many."""
    changed = 0
    for message_id in message_ids:
        with db.write():
            message = _locked(message_id)
            if message is None or message.state != State.PENDING or message.lease_ms > outbox.lease_clock():
                continue
            Message.objects.filter(pk=message_id).update(
                state=State.STALE, owner="", lease_ms=0, version=F("version") + 1
            )
            _record(message, State.STALE)
            changed += 1
    return changed


def take_look(message_id: int, looks: int, due_ms: int) -> bool:
    """Count this look and plan the next (`due_ms` 0: none). False when another worker has it, or it is settled."""
    rows = Message.objects.filter(pk=message_id, state=State.UNCERTAIN, looks=looks)
    with db.write():
        return rows.update(looks=looks + 1, due_ms=due_ms) == 1


def look_again(message_id: int, looks: int, due_ms: int) -> None:
    """The record could not be asked: the look taken as number `looks` does not count."""
    with db.write():
        rows = Message.objects.filter(pk=message_id, state=State.UNCERTAIN, looks=looks + 1)
        rows.update(looks=looks, due_ms=due_ms)


def _abandon(message_id: int, worker: str) -> bool:
    """Its worker died, or lost sight of it, while the request was under way."""
    with db.write():
        message = _locked(message_id)
        if message is None or message.left_ms is None:
            return False
        # The gateway has ended it by then, whenever we come to look.
        ended = min(now_millis(), message.left_ms + outbox.HOLD_MS)
        return _finish(
            message_id, worker, "worker_stopped", {}, state=State.UNCERTAIN, ended_ms=ended, row_possible=True,
            due_ms=now_millis(), looks=0,
        )  # fmt: skip


def _finish(message_id: int, owner: str, code: str, params: Params, **changes: Any) -> bool:
    """Write an outcome if `owner` still has the message."""
    with db.write():
        message = _locked(message_id)
        if message is None or message.owner != owner or message.state not in (State.PENDING, State.SENDING):
            return False
        Message.objects.filter(pk=message_id).update(
            owner="",
            lease_ms=0,
            failure_code=code,
            failure_params=dict(params),
            version=F("version") + 1,
            **changes,
        )
        _record(message, changes["state"])
    return True


def _settle(message: Message, source_id: str, at: int | None) -> None:
    """Give the message its id. Inside `db.write()`, row locked."""
    twin = twins.find(message, source_id)
    learnt = twins.absorb(message, twin) if twin is not None else twins.NOTHING
    place = at if at is not None else (learnt.at or message.at)
    Message.objects.filter(pk=message.pk).update(
        source_id=source_id, state=learnt.state, rank=learnt.rank, at=place, sent_at=at or learnt.sent_at or place,
        failure_code="", failure_params={}, owner="", lease_ms=0, due_ms=0,
        ended_ms=now_millis(), version=F("version") + 1, **learnt.columns,
    )  # fmt: skip
    threads.touch(message.conversation_id, place, unread=0, waiting=False, answered=False)
    _record(message, learnt.state)
    if message.channel_id is not None:
        waiting.meet([source_id], settles=True)
        receipts.apply_waiting_receipts(message.channel_id, source_id)


def _unsent(message: Message) -> bool:
    return message.source_id is None and message.state in UNSENT


def _locked(message_id: int) -> Message | None:
    rows = Message.objects.select_for_update(of=("self",), no_key=True).select_related("conversation")
    return rows.filter(pk=message_id, direction=Message.Direction.OUT).first()


def _record(message: Message, state: str) -> None:
    facts.record(
        facts.MESSAGE_CHANGED,
        account=message.account_id,
        inbox=message.inbox_id,
        conversation=message.conversation_id,
        message=message.pk,
        display_id=message.conversation.display_id,
        state=str(state),
    )
