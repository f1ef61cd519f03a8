"""After an erasure: what takes long is done, and the raw bodies that still hold what was erased are searched for.

Every raw event of the account that came before the erasure, or up to a minute later (doubles on their way), is looked
at once. One that waits to be processed stops the search until it is done.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from rookery import db
from rookery.channels.models import Channel
from rookery.conversations.actions import erasing
from rookery.conversations.models import Erasure
from rookery.db.fields import now_millis
from rookery.intake import searching
from rookery.intake.models import RawEvent
from rookery.intake.searching import Found

log = logging.getLogger(__name__)

MARGIN_MS: Final = 60_000
BATCH: Final = 200
PAUSE: Final = 0.02


def wanted() -> bool:
    """Whether anything is left to be done."""
    return Erasure.objects.exists()


def run(stop: threading.Event) -> int:
    """Go through the raw events for every erasure that is not finished; how many events were deleted."""
    erasing.do_finish()
    deleted = 0
    for account_id in sorted(set(Erasure.objects.filter(kind="").values_list("account_id", flat=True))):
        deleted += _account(account_id, stop)
        if stop.is_set():
            break
    if deleted:
        log.info("raw events of erased rows deleted", extra={"count": deleted})
    return deleted


def _account(account_id: int, stop: threading.Event) -> int:
    channels = set(Channel.objects.filter(account_id=account_id).values_list("pk", flat=True))
    erasures = list(Erasure.objects.filter(account_id=account_id, kind="").order_by("pk"))
    bound = max(one.created_ms for one in erasures) + MARGIN_MS
    needles = {needle for one in erasures for needle in one.needles if len(needle) >= searching.SHORTEST}
    after = min(one.after_id for one in erasures)
    deleted = 0
    while needles and not stop.wait(PAUSE):
        events = searching.read(after, BATCH)
        hits = [one for one in events if _is_hit(one, channels, needles, bound)]
        waiting = next((one.id for one in hits if one.state == RawEvent.State.NEW), None)
        hits = [one for one in hits if waiting is None or one.id < waiting]
        if hits:
            deleted += searching.forget(hits)
        after = waiting - 1 if waiting is not None else events[-1].id if events else after
        _note(erasures, after)
        if waiting is not None or len(events) < BATCH:
            if waiting is None and bound < now_millis():
                break
            return deleted
    if not stop.is_set():
        with db.write():
            Erasure.objects.filter(pk__in=[one.pk for one in erasures]).delete()
    return deleted


def _is_hit(event: Found, channels: set[int], needles: set[str], bound: int) -> bool:
    ours = event.channel_id is None or event.channel_id in channels
    return ours and event.received_ms <= bound and searching.speaks_of(event.body, needles)


def _note(erasures: list[Erasure], after_id: int) -> None:
    with db.write():
        Erasure.objects.filter(pk__in=[one.pk for one in erasures], after_id__lt=after_id).update(
            after_id=after_id
        )
