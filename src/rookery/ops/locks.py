"""Locks that say which processes of a data folder are alive. They end with their holder, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from rookery.settings import conf


class Held(Exception):
    """Another process holds the lock."""


class ProcessLock:
    """`serve` or `worker`: at most one process of a data folder holds each."""

    def __init__(self, name: str) -> None:
        self.path = path(name)
        self._file: int | None = None

    def take(self) -> None:
        """Hold it until `release` or the end of the process. Raises Held, and OSError for a folder we may not write."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise Held(self.path.name) from error
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def path(name: str) -> Path:
    """The file of a lock; it holds the process id of its last holder."""
    return conf.path("DATA_DIR") / "run" / f"{name}.lock"


def is_held(name: str) -> bool:
    """Whether a living process holds the lock. Looks without taking it."""
    try:
        file = os.open(path(name), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # A shared lock only: two who look at the same moment do not see each other as the holder.
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
