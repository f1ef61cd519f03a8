"""One conversion in its limited child process; the answer is checked, for a file may have taken the child over."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import rookery
from rookery.conversations.models import Blob
from rookery.media import places, sniff, store
from rookery.media.converting.jobs import Job, Made, Progress, Refusal
from rookery.media.converting.words import SENTENCES
from rookery.settings.env import child_environment

log = logging.getLogger(__name__)

WALL_SECONDS: Final = {"video": 1200.0, "audio": 300.0, "voice": 300.0}
OTHER_WALL_SECONDS: Final = 60.0
_LINES: Final = 200
_LINE: Final = 4096
_LARGEST: Final = 2**53
_MADE: Final = {
    "image": frozenset({"image/jpeg", "image/png"}),
    "sticker": frozenset({"image/webp"}),
    "video": frozenset({"video/mp4"}),
    "audio": frozenset({"audio/mp4"}),
    "voice": frozenset({"audio/ogg"}),
}
"""What a child may have written."""
_running: set[subprocess.Popen[bytes]] = set()


class Failed(Exception):
    """The child ended without an answer: killed, out of memory, or out of time. Nothing is known about the file."""


@dataclass(frozen=True, slots=True)
class Result:
    """A finished conversion; `path` is the new file, a temporary one, or None where the old one is good."""

    made: Made
    path: Path | None


@contextmanager
def convert(blob: Blob, job: Job, progress: Progress, *, seconds: float | None = None) -> Iterator[Result]:
    """Convert in a child; the new file lives as long as the block. Blocks for up to `seconds`, minutes for a video.

    Raises Refusal (it cannot be sent), Failed, FileNotFoundError when the bytes are gone, OSError.
    """
    wall = WALL_SECONDS.get(job.kind, OTHER_WALL_SECONDS) if seconds is None else seconds
    with _local(blob) as source, _target() as target:
        answer = _ask(source, job, target, progress, wall)
        yield _read(answer, job, target)


def stop_all() -> None:
    """Kill every child now. For the end of the process."""
    for child in list(_running):
        with contextlib.suppress(OSError):
            child.kill()


@contextmanager
def _local(blob: Blob) -> Iterator[Path]:
    """The blob as a local file; what lies in a bucket is copied for the while."""
    path = store.path_of(blob)
    if path is not None:
        yield path
        return
    with tempfile.NamedTemporaryFile(prefix="rookery-convert-") as copy, store.open_blob(blob) as source:
        while chunk := source.read(1024 * 1024):
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


@contextmanager
def _target() -> Iterator[Path]:
    folder = places.incoming()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"{secrets.token_hex(12)}.converted.part"
    try:
        yield target
    finally:
        target.unlink(missing_ok=True)


def _ask(source: Path, job: Job, target: Path, progress: Progress, seconds: float) -> dict[str, Any]:
    with source.open("rb") as opened:
        child = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-P", "-m", "rookery.media.converting.child", job.dump(), str(target)],
            stdin=opened,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd="/",
        )
    _running.add(child)
    assert child.stdout is not None
    end = threading.Timer(seconds, child.kill)
    end.start()
    try:
        answer = _listen(child.stdout, progress)
    finally:
        end.cancel()
        child.kill()
        code = child.wait()
        child.stdout.close()
        _running.discard(child)
    if answer is None:
        raise Failed(f"ended with {code}")
    return answer


def _listen(said: IO[bytes], progress: Progress) -> dict[str, Any] | None:
    """The child's answer; None from one that ended, or talked on and on, without."""
    for _ in range(_LINES):
        line = said.readline(_LINE)
        if not line:
            return None
        with contextlib.suppress(ValueError, RecursionError):
            value = json.loads(line)
            if isinstance(value, dict):
                return value
            if type(value) is int and 0 <= value <= 100:
                progress(value)
    return None


def _read(answer: dict[str, Any], job: Job, target: Path) -> Result:
    if answer.get("error"):
        log.info("file could not be converted", extra={"type": job.mime, "reason": str(answer["error"])[:60]})
    refused = answer.get("refused")
    if isinstance(refused, str) and refused in SENTENCES:
        given = answer.get("params")
        params = given if isinstance(given, dict) else {}
        raise Refusal(refused, **{name: _number(params.get(name)) for name in _PARAMS if name in params})
    made = answer.get("made")
    kind = made.get("kind") if isinstance(made, dict) else None
    if not isinstance(made, dict) or kind not in _MADE:
        raise Failed(str(answer.get("error", "unreadable answer"))[:60])
    result = Made(kind, made.get("as_is") is True, made.get("gif") is True)
    if result.as_is:
        return Result(result, None)
    if target.is_symlink() or not target.is_file() or sniff.of_file(target) not in _MADE[kind]:
        raise Failed("wrote another kind of file")
    return Result(result, target)


_PARAMS: Final = ("size", "limit", "width", "height", "minutes")


def _number(value: Any) -> int:
    return value if type(value) is int and 0 <= value <= _LARGEST else 0


def _environment() -> dict[str, str]:
    """No setting and no secret of ours; the package is found where this one was."""
    environment = child_environment()
    source = str(Path(rookery.__file__).resolve().parent.parent)
    paths = [source, *filter(None, [environment.get("PYTHONPATH", "")])]
    return environment | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
