"""A batch of claimed events: plans first, then transactions short enough that nobody waits long for the gate."""

from __future__ import annotations

import logging
import time
from contextlib import nullcontext
from dataclasses import dataclass, field

from django.db import DatabaseError, OperationalError
from django.db.utils import InterfaceError

from rookery import db
from rookery.conversations.actions import identity, waiting_room
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import Place
from rookery.conversations.store import waiting
from rookery.db.fields import now_millis
from rookery.intake import claims
from rookery.intake.claims import NewEvent
from rookery.processing import handlers
from rookery.processing.handlers import Plan
from rookery.processing.places import Places
from rookery.providers.errors import Unparsable
from rookery.telemetry import metrics

log = logging.getLogger("rookery.processing")

HOLD_SECONDS = 0.012  # of the 15 ms that decisions A1 allows
# PostgreSQL has no gate: a click waits only for its own conversation's row, and a transaction's end costs more there.
POSTGRES_HOLD_SECONDS = 0.04
TRIES = 3
MERGES = 5  # how often in a row a transaction begins anew to join contacts before the batch gives up
_BACKOFF_MS = (1_000, 10_000)


class BatchFailed(Exception):
    """The batch failed for a reason that is no event's fault: lock, disk, connection. Nothing counts."""


class _Stumbled(Exception):
    """An event raised in a transaction without savepoints: all of it is undone, and done again with them."""


@dataclass(slots=True)
class Work:
    """One claimed event with its plan and its place."""

    event: NewEvent
    plan: Plan
    place: Place


@dataclass(slots=True)
class Tally:
    """What became of a batch."""

    done: list[NewEvent] = field(default_factory=list)
    doubles: int = 0
    new_messages: int = 0
    failed: dict[int, str] = field(default_factory=dict)  # event id -> class name of what it raised


def prepare(events: list[NewEvent], places: Places, tally: Tally) -> list[Work]:
    """Parse every event outside the gate; what cannot be understood is parked at once."""
    work = []
    for event in events:
        found = places.find(event.channel_id)
        if found is None:
            _park(event, "no_inbox")
            continue
        place, provider = found
        try:
            plan = handlers.plan(event, provider, place, places.own_jids(place.channel_id))
        except Unparsable:
            _park(event, "unparsable")
            continue
        except Exception as error:
            log.exception("event not understood", extra={"event": event.id})
            tally.failed[event.id] = type(error).__name__
            continue
        work.append(Work(event, plan, place))
    return work


def run(work: list[Work], places: Places, cache: ContactCache, tally: Tally) -> None:
    """Apply all of it. Raises BatchFailed; what was committed before that stays committed."""
    rest, anew, careful = work, 0, False
    while rest:
        try:
            rest = _one_transaction(rest, places, cache, tally, careful=careful)
            anew = 0
        except _Stumbled:
            cache.forget()
            careful = True
        except identity.MergeDue as due:
            cache.forget()
            anew += 1
            if anew > MERGES:
                raise BatchFailed(type(due).__name__) from due
        except (OperationalError, InterfaceError) as error:
            cache.forget()
            raise BatchFailed(type(error).__name__) from error
        except BaseException:
            cache.forget()  # ids of rows that were rolled back may be given to somebody else
            raise


def settle(work_ids: dict[int, NewEvent], tally: Tally) -> None:
    """Events that raised step aside: tried again later, parked after the last try."""
    for event_id, word in tally.failed.items():
        tried = work_ids[event_id].attempts + 1
        if tried >= TRIES:
            _park(work_ids[event_id], word)
        else:
            claims.postpone(event_id, now_millis() + _BACKOFF_MS[min(tried, 2) - 1], word)


def _one_transaction(
    work: list[Work], places: Places, cache: ContactCache, tally: Tally, *, careful: bool
) -> list[Work]:
    """As many events as the time allows; what is left of them. `careful`: each in a savepoint of its own.

    Nearly every batch passes, and savepoints cost more than all look-ups: so they come only when they are needed.
    """
    hold = HOLD_SECONDS if db.is_sqlite() else POSTGRES_HOLD_SECONDS
    finished: list[NewEvent] = []
    failed: dict[int, str] = {}
    doubles = new = used = 0
    with db.write():
        identity.do_hold_still(places.account_ids)
        places.refresh()
        mine = set(claims.claim_locked([item.event.id for item in work]))
        started = time.monotonic()
        for item in work:
            used += 1
            if item.event.id not in mine:
                continue
            try:
                with db.savepoint() if careful else nullcontext():
                    if item.plan.replayable or claims.seen(item.place.channel_id, [item.plan.digest]):
                        new += handlers.apply(item.plan, item.place, cache)
                    else:
                        doubles += 1
                finished.append(item.event)
            except (OperationalError, InterfaceError):
                raise
            except Exception as error:
                if not careful:
                    raise _Stumbled from error
                # Whatever it is, this event steps aside and the rest goes on.
                _log_failure(item, error)
                cache.forget()
                failed[item.event.id] = type(error).__name__
            if time.monotonic() - started > hold:
                break
        claims.mark_done([event.id for event in finished])
    learnt, cache.learnt = cache.learnt, set()
    if not db.is_sqlite():
        _meet_again(work[:used], learnt)
    tally.done += finished
    tally.doubles += doubles
    tally.new_messages += new
    tally.failed.update(failed)
    _observe(work[:used], places)
    return work[used:]


def _meet_again(work: list[Work], learnt: set[tuple[int, int]]) -> None:
    """Of a claim and its message, or of a claim and the name it waits for, that two workers stored in the same moment,
    neither saw the other. Now that ours is committed, whoever comes last sees both."""
    pairs = [(item.place.channel_id, source_id) for item in work for source_id in item.plan.ids()]
    met = waiting.with_target(pairs)
    if not (met or learnt):
        return
    with db.write():
        identity.do_hold_still(sorted({item.place.account_id for item in work}))
        for channel_id, source_id in met:
            waiting_room.do_meet(None, channel_id, source_id, counts=False)
        for account_id, contact_id in sorted(learnt):
            waiting_room.retry_for_contact(account_id, contact_id)


def _observe(work: list[Work], places: Places) -> None:
    now = now_millis()
    for item in work:
        metrics.webhook_duration.observe(max(0, now - item.event.received_ms) / 1000)
        for name in item.plan.unknown:
            metrics.events_unknown.labels(kind=name).inc()
            log.warning("unknown event kind", extra={"kind": name, "event": item.event.id})
        for rule in item.plan.left_out:
            metrics.events_left_out.labels(rule=rule).inc()
        for lid in item.plan.own_lids:
            if ("lid", lid.user) not in item.place.own:
                places.learn_own_lid(item.place, lid)


def _log_failure(item: Work, error: Exception) -> None:
    # A database error's text may quote the row: its class is all that may be logged.
    shown = None if isinstance(error, DatabaseError) else error
    log.error("event failed: %s", type(error).__name__, extra={"event": item.event.id}, exc_info=shown)


def _park(event: NewEvent, word: str) -> None:
    claims.park(event.id, word)
    metrics.events_parked.inc()
    log.warning("event parked", extra={"event": event.id, "reason": word})


def park_killer(event: NewEvent) -> None:
    """An event that was claimed as often as allowed and never finished took the process with it each time."""
    with db.write():
        if claims.claim_locked([event.id]):  # else another worker is done with it
            _park(event, "never_finished")
