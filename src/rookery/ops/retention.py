"""What Rookery forgets, and when (docs/rooms/ops.md has the table).

Everything is deleted in short writes with a pause in between: on SQLite nobody else writes meanwhile.
Digests of events stay for good, so that a replayed delivery is recognised after its body is gone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import OuterRef, QuerySet, Subquery

from rookery import db, journal
from rookery.accounts.models import OneTimeLink, SignInFailure
from rookery.channels.models import DeviceState
from rookery.conversations.actions import files
from rookery.conversations.models import PendingChange
from rookery.db.fields import now_millis
from rookery.intake import parked
from rookery.journal.models import Fact
from rookery.settings import conf

log = logging.getLogger(__name__)

BATCH = 500
PAUSE = 0.05
DAY = 86_400
FAILURES_KEPT = timedelta(days=1)
STATES_KEPT = timedelta(days=90)
PARKED_BATCH = 50
"""Parked bodies are read for their digests, and each may have megabytes."""
MEDIA_BATCH = 50


def run(stop: threading.Event) -> dict[str, int]:
    """Delete what is too old; how much of each. Ends early when `stop` is set."""
    chores: dict[str, Callable[[], Iterator[int]]] = {
        "raw_events": _raw_events,
        "parked_events": _parked_events,
        "files": _files,
        "device_states": _device_states,
        "facts": _facts,
        "pending_changes": _pending_changes,
        "one_time_links": lambda: _rows(OneTimeLink.objects.filter(expires_at__lt=_now())),
        "sign_in_failures": lambda: _rows(SignInFailure.objects.filter(at__lt=_now() - FAILURES_KEPT)),
        "sessions": lambda: _rows(Session.objects.filter(expire_date__lt=_now())),
    }
    done: dict[str, int] = {}
    for name, steps in chores.items():
        done[name] = 0
        for deleted in steps():
            done[name] += deleted
            if stop.wait(PAUSE):
                return done
    if any(done.values()):
        log.info("old rows deleted", extra={name: count for name, count in done.items() if count})
    return done


def _raw_events() -> Iterator[int]:
    before = now_millis() - conf.int("KEEP_RAW_DAYS") * DAY * 1000
    while deleted := parked.prune(before, batch=BATCH):
        yield deleted


def _parked_events() -> Iterator[int]:
    before = now_millis() - conf.int("KEEP_PARKED_DAYS") * DAY * 1000
    while deleted := parked.prune_parked(before, batch=PARKED_BATCH):
        yield deleted


def _files() -> Iterator[int]:
    """Pictures and files that are here for longer than the operator wants."""
    days = conf.int("KEEP_MEDIA_DAYS")
    before = now_millis() - days * DAY * 1000
    while days and (ids := files.list_expired(before, MEDIA_BATCH)):
        yield files.do_expire_attachments(ids)


def _device_states() -> Iterator[int]:
    """What was seen of the phones; the newest state of each number stays, however old."""
    newest = (
        DeviceState.objects.filter(channel=OuterRef("channel")).order_by("-since", "-id").values("pk")[:1]
    )
    old = DeviceState.objects.filter(since__lt=_now() - STATES_KEPT)
    return _rows(old.exclude(pk=Subquery(newest)))


def _facts() -> Iterator[int]:
    """Facts by id, a batch at a time: `journal.prune` takes everything older than a moment at once."""
    limit = now_millis() - conf.int("KEEP_JOURNAL_DAYS") * DAY * 1000
    while True:
        oldest = Fact.objects.order_by("id").values_list("at_ms", flat=True)
        if not oldest[:1] or oldest[0] >= limit:
            return
        batch_end = oldest[BATCH : BATCH + 1]
        deleted = journal.prune(min(limit, (batch_end[0] if batch_end else limit) + 1))
        if not deleted:
            return
        yield deleted


def _pending_changes() -> Iterator[int]:
    before = now_millis() - conf.int("KEEP_PENDING_DAYS") * DAY * 1000
    return _rows(PendingChange.objects.filter(created_ms__lt=before))


def _rows(rows: QuerySet[Any]) -> Iterator[int]:
    """Delete rows that match, a batch at a time."""
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with db.write():
            rows.filter(pk__in=ids).delete()
        yield len(ids)


def _now() -> datetime:
    return datetime.now(UTC)
