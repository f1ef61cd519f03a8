"""What crashes and refused uploads leave behind: unfinished files, bytes without a row, blobs nobody names."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from django.db import connections
from django.db.models import Q

from rookery.conversations.models import Blob
from rookery.media import places, store

log = logging.getLogger(__name__)

# Older than any upload or download can take: what is younger may be at work in another process.
UNFINISHED_SECONDS: Final = 3600
UNUSED_SECONDS: Final = 86400
_BATCH: Final = 500
_KEY: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}\.[a-z0-9]{1,5}")


def run() -> None:
    """All three; belongs into a thread of its own, whose database connection is closed at the end."""
    try:
        removed = {
            "unfinished": clean_unfinished(),
            "unused": clean_unused(),
            "unknown": clean_unknown(),
        }
    finally:
        connections.close_all()
    if any(removed.values()):
        log.info("media folder swept", extra=removed)


def clean_unfinished(older_than: float = UNFINISHED_SECONDS) -> int:
    """Remove temporary files that nobody will finish. How many."""
    folder = places.incoming()
    return sum(_remove(file, older_than) for file in folder.glob("*.part*")) if folder.is_dir() else 0


def clean_unused(older_than: float = UNUSED_SECONDS) -> int:
    """Delete blobs that no attachment names: refused uploads, deleted messages. How many."""
    before = datetime.now(UTC) - timedelta(seconds=older_than)
    unused = Blob.objects.filter(attachments__isnull=True, created_at__lt=before)
    return sum(store.delete_if_unused(blob) for blob in unused.order_by("id")[: _BATCH * 10])


def clean_unknown(older_than: float = UNFINISHED_SECONDS) -> int:
    """Remove files in the media folder that no blob names; files not of our making are left alone. How many."""
    folder = places.folder()
    if folder is None or not folder.is_dir():
        return 0
    removed = 0
    files = _stored(folder)
    while batch := list(islice(files, _BATCH)):
        known: set[str] = set()
        for row in Blob.objects.filter(
            Q(key__in=batch) | Q(thumb_key__in=batch) | Q(play_key__in=batch)
        ).values_list("key", "thumb_key", "play_key"):
            known.update(row)
        removed += sum(_remove(folder / key, older_than) for key in batch if key not in known)
    return removed


def _stored(folder: Path) -> Iterator[str]:
    for file in folder.glob("[0-9a-f][0-9a-f]/*"):
        key = f"{file.parent.name}/{file.name}"
        if _KEY.fullmatch(key):
            yield key


def _remove(file: Path, older_than: float) -> bool:
    try:
        if time.time() - file.lstat().st_mtime < older_than:
            return False
        file.unlink()
    except FileNotFoundError:
        return False
    return True
