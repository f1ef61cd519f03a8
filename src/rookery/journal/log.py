"""Reading the journal: tail, position, epoch, pruning."""

from __future__ import annotations

import secrets

from rookery import db
from rookery.journal.models import Epoch, Fact


def tail(after_id: int, limit: int = 500) -> list[Fact]:
    """Facts after `after_id`, oldest first, at most `limit`."""
    return list(Fact.objects.filter(id__gt=after_id).order_by("id")[:limit])


def latest_id() -> int:
    """Id of the newest fact; 0 while there is none."""
    newest = Fact.objects.order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def epoch() -> str:
    """The journal's epoch; a cursor of another epoch is worthless."""
    row = Epoch.objects.filter(pk=1).first()
    return row.value if row else new_epoch()


def new_epoch() -> str:
    """Start another life of the journal, as a restore does."""
    value = secrets.token_hex(4)
    with db.write():
        Epoch.objects.update_or_create(pk=1, defaults={"value": value})
    return value


def position() -> str:
    """Where a reader that starts now stands: `<epoch>-<id>`."""
    return f"{epoch()}-{latest_id()}"


def prune(before_ms: int) -> int:
    """Delete facts older than `before_ms`; returns how many."""
    newest = Fact.objects.filter(at_ms__lt=before_ms).order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return 0
    with db.write():
        deleted, _ = Fact.objects.filter(id__lte=newest).delete()
    return deleted
