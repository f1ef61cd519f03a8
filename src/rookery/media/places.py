"""Where bytes lie: the storage Django was given, and the folder of unfinished files beside it."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.core.files.storage import FileSystemStorage, Storage, storages

from rookery.settings import conf

INCOMING = "incoming"


def storage() -> Storage:
    """The storage for media: a folder, or a bucket (setting MEDIA_URL)."""
    return storages["default"]


def folder() -> Path | None:
    """The media folder, or None when media lies in a bucket."""
    found = storage()
    return Path(found.location) if isinstance(found, FileSystemStorage) else None


def incoming() -> Path:
    """The folder of unfinished files: on the media folder's own disk, so that a rename finishes one."""
    return (folder() or conf.path("DATA_DIR") / "media") / INCOMING


def new_key(extension: str) -> str:
    """A random storage key such as `3f/3fa8...e1.ogg`: it tells nobody what it holds."""
    token = secrets.token_hex(16)
    return f"{token[:2]}/{token}{extension}"


def local_path(key: str) -> Path | None:
    """The file behind a storage key, or None when it lies in a bucket. Raises SuspiciousFileOperation for a key
    that leaves the folder."""
    found = storage()
    return Path(found.path(key)) if key and isinstance(found, FileSystemStorage) else None
