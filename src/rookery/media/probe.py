"""Looks into files without decoding a byte here: one limited child process per file."""

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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import rookery
from rookery.media import formats, places, sniff
from rookery.settings.env import child_environment

log = logging.getLogger(__name__)

WALL_SECONDS: Final = 15.0
"""A child that has not answered by then is killed."""
_ANSWER_BYTES: Final = 64 * 1024
_LARGEST: Final = 2**31 - 1
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True, slots=True)
class Probed:
    """What was found. Dimensions are as shown, upright; `poster` (WebP) and `copy` (AAC in MP4, of sound that some
    browsers do not play) are temporary files that the caller moves or removes. `error` is for the log: the child's
    exception, or how it ended."""

    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    waveform: list[int] = field(default_factory=list)
    poster: Path | None = None
    copy: Path | None = None
    pages: int | None = None
    error: str = ""


def can_look(mime: str) -> bool:
    """Whether files of this type are looked into at all."""
    return mime in formats.PICTURES or mime in formats.CONTAINERS or mime in formats.PAPERS


def probe(path: Path, mime: str, *, seconds: float = WALL_SECONDS) -> Probed:
    """Look into a local file of a sniffed type. Never raises for what is in the file: a bomb, a hang or a crash
    ends the child and leaves `error`. Blocks up to `seconds` plus waiting for one of two places."""
    if not can_look(mime):
        return Probed()
    with _AT_ONCE, _outputs() as (poster, copy):
        found = _read(_ask(path, mime, poster, copy, seconds), poster, copy)
        if found.error:
            log.info("file could not be looked into", extra={"type": mime, "reason": found.error})
        for kept, file in ((found.poster, poster), (found.copy, copy)):
            if kept is None:
                file.unlink(missing_ok=True)
        return found


def stop_all() -> None:
    """Kill every child now; their callers get an answer without findings. For the end of the process."""
    for child in list(_running):
        with contextlib.suppress(OSError):
            child.kill()


@contextmanager
def _outputs() -> Iterator[tuple[Path, Path]]:
    """Where the child may write: the poster, and the copy (a `~` behind it while it is unfinished)."""
    folder = places.incoming()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    token = secrets.token_hex(12)
    poster, copy = folder / f"{token}.poster.part", folder / f"{token}.copy.part"
    try:
        yield poster, copy
    except BaseException:
        poster.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)
        raise
    finally:
        copy.with_name(f"{copy.name}~").unlink(missing_ok=True)


def _ask(path: Path, mime: str, poster: Path, copy: Path, seconds: float) -> bytes:
    """The child's answer, also of one that ended after it; a JSON object with `error` when it gave none."""
    # Output goes to a file: the child's limit on file sizes holds there, while a pipe could be filled for ever.
    with path.open("rb") as source, tempfile.TemporaryFile() as answer:
        child = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-P", "-m", "rookery.media.probe_child", mime, str(poster), str(copy)],
            stdin=source,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd="/",
        )
        _running.add(child)
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            child.kill()
            child.wait()
            _running.discard(child)
        answer.seek(0)
        said = answer.read(_ANSWER_BYTES)
        if code != 0 and not said:
            return json.dumps({"error": "timed out" if code is None else f"ended with {code}"}).encode()
        return said


def _environment() -> dict[str, str]:
    """No setting and no secret of ours; the package is found where this one was."""
    environment = child_environment()
    source = str(Path(rookery.__file__).resolve().parent.parent)
    paths = [source, *filter(None, [environment.get("PYTHONPATH", "")])]
    return environment | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


def _read(answer: bytes, poster: Path, copy: Path) -> Probed:
    """The answer with every value checked: a file may have taken the child over."""
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Probed(error="unreadable answer")
    bars = found.get("waveform")
    return Probed(
        width=_number(found.get("width")),
        height=_number(found.get("height")),
        duration_ms=_number(found.get("duration_ms")),
        waveform=[min(100, _number(bar) or 0) for bar in bars[:100]] if isinstance(bars, list) else [],
        poster=poster if _is(poster, "image/webp") else None,
        copy=copy if _is(copy, "audio/mp4") else None,
        pages=_number(found.get("pages")),
        error=str(found.get("error", ""))[:60],
    )


def _number(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _LARGEST else None


def _is(file: Path, mime: str) -> bool:
    return file.is_file() and not file.is_symlink() and sniff.of_file(file) == mime
