"""Parked events as people see them, and what becomes of old raw events."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import F
from django.db.models.functions import Length

from rookery import db
from rookery.intake import claims
from rookery.intake.models import RawEvent

_A_BATCH = 500


class Parked(NamedTuple):
    """An event that was given up after its attempts. `size` is the body's, in bytes."""

    id: int
    channel_id: int | None
    received_ms: int
    attempts: int
    error: str
    size: int


def list_parked(
    limit: int = 100, *, before_id: int | None = None, channel_ids: Collection[int] | None = None
) -> list[Parked]:
    """Parked events, newest first; `channel_ids` limits them to these channels (None: all, for operators)."""
    rows = RawEvent.objects.filter(state=RawEvent.State.PARKED)
    if before_id is not None:
        rows = rows.filter(id__lt=before_id)
    if channel_ids is not None:
        rows = rows.filter(channel_id__in=channel_ids)
    found = rows.order_by("-id").values_list(
        "id", "channel_id", "received_ms", "attempts", "error", Length(F("body"))
    )[:limit]
    return [Parked(*row) for row in found]


def count_parked(channel_ids: Collection[int] | None = None) -> int:
    """How many events are parked."""
    rows = RawEvent.objects.filter(state=RawEvent.State.PARKED)
    return rows.count() if channel_ids is None else rows.filter(channel_id__in=channel_ids).count()


def prune(before_ms: int, *, batch: int = _A_BATCH) -> int:
    """Delete one batch of done events received before `before_ms`; returns how many. Parked and new ones stay, and
    so do the digests of all.

    Call it again while it returns `batch`, with a pause in between.
    """
    old = RawEvent.objects.filter(state=RawEvent.State.DONE, received_ms__lt=before_ms).order_by("id")
    ids = list(old.values_list("id", flat=True)[:batch])
    if not ids:
        return 0
    with db.write():
        deleted, _ = RawEvent.objects.filter(id__in=ids).delete()
    return deleted


def prune_parked(before_ms: int, *, batch: int = _A_BATCH) -> int:
    """Delete one batch of parked events received before `before_ms`; returns how many.

    Their digests are written down first: from now on the same delivery is a double, like every other old one.
    """
    old = RawEvent.objects.filter(state=RawEvent.State.PARKED, received_ms__lt=before_ms).order_by("id")
    found = list(old.values_list("id", "channel_id", "body")[:batch])
    if not found:
        return 0
    digests: dict[int, list[bytes]] = {}
    for _, channel_id, body in found:
        if channel_id is not None:
            digests.setdefault(channel_id, []).append(claims.digest_of(bytes(body)))
    with db.write():
        for channel_id, those in digests.items():
            claims.seen(channel_id, those)
        gone = RawEvent.objects.filter(id__in=[row[0] for row in found], state=RawEvent.State.PARKED)
        deleted, _ = gone.delete()
    return deleted
