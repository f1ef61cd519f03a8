"""Pictures in storage: put in, shown by one row's change, forgotten with the next one."""

from __future__ import annotations

import logging
import re
import secrets
import time
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from django.core.files.base import File

from rookery import db
from rookery.conversations import facts
from rookery.conversations.models import Contact
from rookery.media import places, store
from rookery.media.incoming import move

log = logging.getLogger(__name__)

FOLDER: Final = "avatars"
"""Beside media's own folders, whose names are two letters: media's sweep does not look here."""

UNKNOWN_SECONDS: Final = 3600
_KEY: Final = re.compile(r"avatars/[0-9a-f]{32}\.webp")
_VERSION: Final = 16


def address(contact_id: int, key: str) -> str:
    """The picture's path on our pages, which changes with the picture; "" without one."""
    return f"/avatars/{contact_id}/{version(key)}" if key else ""


def version(key: str) -> str:
    """What names this picture among all a contact ever had."""
    return PurePosixPath(key).stem[:_VERSION]


def put(path: Path) -> str:
    """Store a drawn picture and answer its key. The file at `path` is moved away. Raises OSError."""
    key = f"{FOLDER}/{secrets.token_hex(16)}.webp"
    target = places.local_path(key)
    if target is None:
        try:
            with path.open("rb") as opened:
                return places.storage().save(key, File(opened))
        finally:
            path.unlink(missing_ok=True)
    move(path, target)
    return key


def do_show(contact_id: int, key: str, picture_id: str) -> bool:
    """The contact's picture is the one stored under `key` ("": none). Whether anything changed.

    The file shown before is removed after the commit; so is this one, should the contact be gone.
    """
    with db.write():
        before = Contact.objects.filter(pk=contact_id).values_list("avatar_key", "avatar_id").first()
        if before is None:
            _forget_later(key)
            return False
        if before == (key, picture_id):
            return False
        Contact.objects.filter(pk=contact_id).update(avatar_key=key, avatar_id=picture_id)
        if before[0] == key:
            return False
        _forget_later(before[0])
        do_tell(contact_id, picture=True)
    return True


def do_tell(contact_id: int, **data: bool) -> None:
    """Record that a contact changed, for the conversations somebody may have before them. Inside `db.write()`."""
    account = Contact.objects.filter(pk=contact_id).values_list("account_id", flat=True).first()
    if account is not None:
        facts.record_contact(account, contact_id, **data)


def sweep(older_than: float = UNKNOWN_SECONDS) -> int:
    """Remove pictures that no contact names: leftovers of a crash, or of somebody erased. How many.

    Looks at a folder only; what lies in a bucket is removed with its row.
    """
    folder = places.folder()
    if folder is None or not (folder / FOLDER).is_dir():
        return 0
    shown = Contact.objects.exclude(avatar_key="").values_list("avatar_key", flat=True)
    old = [file for file in (folder / FOLDER).iterdir() if _KEY.fullmatch(f"{FOLDER}/{file.name}")]
    if not old:
        return 0
    known = {PurePosixPath(key).name for key in shown.iterator()}
    return sum(_remove(file, older_than) for file in old if file.name not in known)


def _forget_later(key: str) -> None:
    if key:
        db.on_commit(partial(store.forget, key))


def _remove(file: Path, older_than: float) -> bool:
    try:
        if time.time() - file.lstat().st_mtime < older_than:
            return False
        file.unlink()
    except FileNotFoundError:
        return False
    return True
