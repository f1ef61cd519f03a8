"""A look into a blob: probe it and keep dimensions, waveform, thumbnail and playable copy with it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rookery import db
from rookery.conversations.models import Blob
from rookery.conversations.store import files as rows
from rookery.conversations.store.files import Looks
from rookery.media import probe, store


def look(blob: Blob) -> Looks | None:
    """Probe an unprobed blob; None when that was done before. Writes no row: see `keep`. Blocks for seconds.

    Thumbnail and copy are in storage already; whoever cannot keep the looks calls `drop`.
    """
    if blob.probed:
        return None
    if not probe.can_look(blob.type):
        return Looks()
    with _local(blob) as path:
        found = probe.probe(path, blob.type)
    thumb_key = store.put_derived(found.poster, ".webp") if found.poster else ""
    play_key = store.put_derived(found.copy, ".m4a") if found.copy else ""
    return Looks(
        found.width, found.height, found.duration_ms, found.waveform, thumb_key, play_key, found.pages
    )


def keep(blob: Blob, looks: Looks | None) -> None:
    """Write what `look` found, unless somebody was first."""
    if looks is None:
        return
    with db.write():
        first = rows.set_looks(blob.pk, looks)
    if not first:
        drop(looks)
    blob.refresh_from_db()


def drop(looks: Looks | None) -> None:
    """Forget a look that nobody keeps."""
    for key in looks.keys if looks is not None else ():
        store.forget(key)


@contextmanager
def _local(blob: Blob) -> Iterator[Path]:
    """The blob as a local file; what lies in a bucket is copied for the while."""
    path = store.path_of(blob)
    if path is not None:
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="rookery-look-") as copy, store.open_blob(blob) as source:
        while chunk := source.read(1024 * 1024):
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
