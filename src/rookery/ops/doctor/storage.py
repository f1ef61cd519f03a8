"""The data folder, its disk, the media store, the spool, and who works on the folder."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from rookery.ops import locks, space, spools
from rookery.ops.doctor.findings import Finding, green, red, yellow
from rookery.settings import conf

_MB = 1_000_000


def look() -> list[Finding]:
    return [_space(), _media(), _spool(), _serve()]


def folder() -> Finding:
    """The data folder itself; nothing else is looked at when it is red."""
    path = conf.path("DATA_DIR")
    if not path.is_dir():
        return red("data folder", f"{path} is not there", "rookery serve or rookery setup makes it")
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return red("data folder", f"{path} cannot be written", "run rookery as the user who owns it")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return yellow("data folder", f"{path} is open to other users of this machine", f"chmod 700 {path}")
    return green("data folder", str(path))


def _space() -> Finding:
    room, free = space.room(), f"{space.free() // _MB} MB free"
    if room is space.Room.CRITICAL:
        return red(
            "space", f"{free}: only webhooks are still stored, nothing is processed", "make room on the disk"
        )
    if room is space.Room.LOW:
        return yellow("space", f"{free}: no pictures or files are stored any more", "make room on the disk")
    return green("space", free)


def _media() -> Finding:
    """Store a few bytes and take them back."""
    name = ""
    try:
        name = default_storage.save("doctor/probe", ContentFile(b"rookery"))
        with default_storage.open(name) as file:
            same = file.read() == b"rookery"
    except Exception as error:  # noqa: BLE001 - a bucket's library raises errors of its own
        return red("media store", f"cannot be written ({type(error).__name__})", "look at ROOKERY_MEDIA_URL")
    finally:
        if name:
            default_storage.delete(name)
    if not same:
        return red("media store", "does not give back what was stored", "look at ROOKERY_MEDIA_URL")
    _tidy()
    return green("media store", "takes and gives files")


def _tidy() -> None:
    """Take away the folder that the probe made in a local store."""
    if isinstance(default_storage, FileSystemStorage):
        with suppress(OSError):
            Path(default_storage.path("doctor")).rmdir()


def _spool() -> Finding:
    files = spools.waiting()
    if files:
        todo = "it empties by itself once the database can be written; if it stays, look at the log of serve"
        return yellow("spool", f"{len(files)} file(s) with webhooks that are not in the database yet", todo)
    return green("spool", "empty")


def _serve() -> Finding:
    if locks.is_held("worker"):
        return green("worker", "running")
    if locks.is_held("serve"):
        return red("worker", "serve runs, but its worker does not", "look at the log of serve")
    todo = "start rookery serve (or: rookery worker, when it runs elsewhere this line may be ignored)"
    return yellow("worker", "nothing works on this data folder now", todo)
