"""Rows of Blob and Attachment: look-ups, the claim, and what comes of it. Who calls these is inside `db.write()`
unless it says otherwise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.db import IntegrityError
from django.db.models import F, Q, QuerySet

from rookery import db
from rookery.conversations.models import Attachment, Blob
from rookery.db.fields import now_millis

State = Attachment.State
Rows: TypeAlias = "QuerySet[Attachment]"


@dataclass(frozen=True, slots=True)
class Looks:
    """What a look into a file found; None and empty where it does not apply or could not be told."""

    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    waveform: list[int] = field(default_factory=list)
    thumb_key: str = ""
    play_key: str = ""
    pages: int | None = None

    @property
    def keys(self) -> list[str]:
        """What it put into storage."""
        return [key for key in (self.thumb_key, self.play_key) if key]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A claimed attachment: all that is needed to fetch it. `attempts` counts this one."""

    id: int
    account_id: int
    channel_id: int | None
    gateway_id: int | None
    contact_inbox_id: int
    kind: str
    path: str
    name: str
    source_id: str
    at: int
    attempts: int
    any_size: bool = False


def find_blob(account_id: int, sha256: bytes) -> Blob | None:
    """No transaction needed."""
    return Blob.objects.filter(account_id=account_id, sha256=sha256).first()


def put_blob(account_id: int, sha256: bytes, *, size: int, type_: str, key: str) -> tuple[Blob, bool]:
    """The blob of these bytes and whether it took `key`. Opens its own transaction.

    One that another process has just made is answered as it is.
    """
    with db.write():
        known = Blob.objects.select_for_update().filter(account_id=account_id, sha256=sha256).first()
        if known is not None:
            return known, False
        try:
            with db.savepoint():
                made = Blob.objects.create(
                    account_id=account_id, sha256=sha256, size=size, type=type_, key=key
                )
        except IntegrityError:
            return Blob.objects.get(account_id=account_id, sha256=sha256), False
    return made, True


def rekey_blob(blob_id: int, key: str) -> None:
    """The bytes were lost and have come back under `key`; thumbnail and figures are made anew."""
    with db.write():
        Blob.objects.filter(pk=blob_id).update(key=key, thumb_key="", play_key="", probed=False)


def set_looks(blob_id: int, looks: Looks) -> bool:
    """Keep what a look found, once. Whether it was the first (else a thumbnail made twice is to be removed)."""
    changed = Blob.objects.filter(pk=blob_id, probed=False).update(
        width=looks.width,
        height=looks.height,
        duration_ms=looks.duration_ms,
        waveform=looks.waveform,
        thumb_key=looks.thumb_key,
        play_key=looks.play_key,
        pages=looks.pages,
        probed=True,
    )
    return bool(changed)


def delete_unused_blob(blob_id: int) -> list[str] | None:
    """Delete the row if no attachment names it: the storage keys to remove after the commit, else None."""
    blob = Blob.objects.select_for_update().filter(pk=blob_id).first()
    if blob is None or Attachment.objects.filter(blob_id=blob_id).exists():
        return None
    keys = [key for key in (blob.key, blob.thumb_key, blob.play_key) if key]
    blob.delete()
    return keys


def _queue() -> Rows:
    """Attachments that are wanted or being fetched, by their index: SQLite uses a partial index only for the very
    words of its condition, never for parameters, and would read the whole table every beat."""
    return Attachment.objects.extra(where=["conversations_attachment.state IN ('wanted', 'fetching')"])


def due(limit: int, *, full_gateways: Collection[int] = ()) -> list[Wanted]:
    """Attachments to fetch now, oldest due first, none of a gateway in `full_gateways`. No transaction needed."""
    now = now_millis()
    rows = (
        _queue()
        .filter(Q(state=State.WANTED, due_ms__lte=now) | Q(state=State.FETCHING, lease_ms__lt=now))
        .order_by("due_ms", "id")
        .annotate(gateway_id=F("message__channel__gateway_id"))
    )
    if full_gateways:
        rows = rows.filter(Q(gateway_id=None) | ~Q(gateway_id__in=list(full_gateways)))
    return [_wanted(row) for row in rows.values(*_COLUMNS)[:limit]]


_COLUMNS = (
    "id", "account_id", "kind", "path", "name", "attempts", "gateway_id", "message__channel_id",
    "message__contact_inbox_id", "message__source_id", "message__at", "any_size",
)  # fmt: skip


def _wanted(row: dict[str, Any]) -> Wanted:
    return Wanted(
        id=row["id"],
        account_id=row["account_id"],
        channel_id=row["message__channel_id"],
        gateway_id=row["gateway_id"],
        contact_inbox_id=row["message__contact_inbox_id"],
        kind=row["kind"],
        path=row["path"],
        name=row["name"],
        source_id=row["message__source_id"] or "",
        at=row["message__at"],
        attempts=row["attempts"] + 1,
        any_size=row["any_size"],
    )


def claim(attachment_id: int, owner: str, lease_ms: int) -> bool:
    """Take an attachment until `lease_ms` from now; counted as an attempt before anything is done. Conditional:
    of two claimers one wins."""
    now = now_millis()
    return bool(
        Attachment.objects.filter(pk=attachment_id)
        .filter(Q(state=State.WANTED, due_ms__lte=now) | Q(state=State.FETCHING, lease_ms__lt=now))
        .update(state=State.FETCHING, owner=owner, lease_ms=now + lease_ms, attempts=F("attempts") + 1)
    )


def renew(owner: str, lease_ms: int) -> int:
    """Keep everything `owner` holds for `lease_ms` from now."""
    return _queue().filter(state=State.FETCHING, owner=owner).update(lease_ms=now_millis() + lease_ms)


def release(owner: str) -> int:
    """Give back the unfinished claims of `owner`, who ends in good order: they do not count as attempts."""
    return (
        _queue()
        .filter(state=State.FETCHING, owner=owner)
        .update(state=State.WANTED, owner="", lease_ms=0, attempts=F("attempts") - 1)
    )


def release_all() -> int:
    """The only worker starts: every claim is a dead worker's. They stay counted, for a file may have killed it."""
    return _queue().filter(state=State.FETCHING).update(state=State.WANTED, owner="", lease_ms=0)
