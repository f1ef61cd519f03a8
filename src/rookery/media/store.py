"""Bytes into storage and out of it: once per account and content, under a random key (decisions D1)."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.core.files.base import File

from rookery import db
from rookery.accounts.models import Account
from rookery.conversations.models import Blob
from rookery.conversations.store import files as rows
from rookery.media import formats, places
from rookery.media.incoming import Incoming, move

log = logging.getLogger(__name__)


def ingest(account: Account | int, source: BinaryIO | Path, *, name: str = "", limit: int) -> Blob:
    """Store a file; the blob may be an older one with the same bytes. `name` is a claim and decides nothing but
    the difference between text formats. Call it outside `db.write()`.

    Raises errors.TooLarge above `limit` bytes, errors.NoSpace on a nearly full disk, OSError.
    """
    with Incoming(limit=limit) as incoming:
        if isinstance(source, Path):
            with source.open("rb") as opened:
                incoming.take(opened)
        else:
            incoming.take(source)
        return keep(account, incoming, name=name)


async def ingest_stream(
    account: Account | int, source: AsyncIterable[bytes], *, name: str = "", limit: int
) -> Blob:
    """`ingest` for a source of chunks; disk and database work happens in threads. Raises as `ingest`, and whatever
    the source raises."""
    with Incoming(limit=limit) as incoming:
        await incoming.take_stream(source)
        return await sync_to_async(keep)(account, incoming, name=name)


def keep(account: Account | int, incoming: Incoming, *, name: str = "") -> Blob:
    """Make a received file permanent and answer its blob. The row is written last: a crash leaves a file that
    `sweep` removes, never a row without bytes."""
    account_id = account.pk if isinstance(account, Account) else account
    received = incoming.finish(name)
    known = rows.find_blob(account_id, received.sha256)
    if known is not None and exists(known):
        return known
    key = _place(received.path, formats.extension(received.type))
    if known is not None:
        rows.rekey_blob(known.pk, key)
        known.refresh_from_db()
        return known
    try:
        blob, ours = rows.put_blob(
            account_id, received.sha256, size=received.size, type_=received.type, key=key
        )
    except BaseException:
        forget(key)
        raise
    if not ours:
        forget(key)  # somebody stored the same bytes meanwhile
    return blob


def put_derived(path: Path, extension: str) -> str:
    """Store a finished thumbnail or copy and answer its key. The file at `path` is moved away."""
    return _place(path, extension)


def open_blob(blob: Blob) -> BinaryIO:
    """The bytes, from the start. Raises FileNotFoundError when they are gone."""
    opened: File[bytes] = places.storage().open(blob.key, "rb")
    return opened  # type: ignore[return-value]  # File has all of BinaryIO that a reader needs


def path_of(blob: Blob) -> Path | None:
    """The file itself, or None when it lies in a bucket."""
    return places.local_path(blob.key)


def exists(blob: Blob) -> bool:
    return places.storage().exists(blob.key)


def delete_if_unused(blob: Blob) -> bool:
    """Delete the blob and its bytes if no attachment names it. Whether it was deleted.

    The row goes first, the bytes after the commit; a crash between the two leaves them to `sweep`.
    """
    with db.write():
        keys = rows.delete_unused_blob(blob.pk)
        if keys is None:
            return False
        for key in keys:
            db.on_commit(partial(forget, key))
    return True


def forget(key: str) -> None:
    """Remove stored bytes; what is gone already is no error."""
    try:
        places.storage().delete(key)
    except OSError:
        log.warning("stored file could not be removed", extra={"key": key})


def _place(path: Path, extension: str) -> str:
    """Move a finished file to a new key, durably."""
    key = places.new_key(extension)
    target = places.local_path(key)
    if target is None:
        with path.open("rb") as opened:
            return places.storage().save(key, File(opened))
    move(path, target)
    return key
