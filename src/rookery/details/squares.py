"""Small square pictures, drawn in a limited child process: nothing is decoded here."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Final

import rookery
from rookery.details.square_child import FORMATS
from rookery.media import places, sniff
from rookery.settings.env import child_environment

WALL_SECONDS: Final = 10.0
LARGEST: Final = 256 * 1024
_running: set[subprocess.Popen[bytes]] = set()


def draw(path: Path, mime: str) -> Path | None:
    """A temporary WebP file that the caller moves or removes; None when the file is no picture that can be drawn.

    `mime` is the sniffed type. Blocks up to WALL_SECONDS. Raises OSError when no process can be started.
    """
    if mime not in FORMATS:
        return None
    target = places.incoming() / f"{secrets.token_hex(12)}.square.part"  # media's sweep knows this ending
    if _ask(path, mime, target) == 0 and _is_picture(target):
        return target
    with contextlib.suppress(OSError):
        target.unlink(missing_ok=True)
    return None


def stop_all() -> None:
    """Kill every child now; their callers get None. For the end of the process."""
    for child in list(_running):
        with contextlib.suppress(OSError):
            child.kill()


def _ask(path: Path, mime: str, target: Path) -> int | None:
    """The child's exit code; None when it took too long."""
    with path.open("rb") as source:
        child = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [sys.executable, "-P", "-m", "rookery.details.square_child", mime, str(target)],
            stdin=source,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd="/",
        )
        _running.add(child)
        try:
            return child.wait(WALL_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        finally:
            child.kill()
            child.wait()
            _running.discard(child)


def _is_picture(target: Path) -> bool:
    """Whether the child wrote what it should: a file may have taken it over."""
    if not target.is_file() or target.is_symlink() or target.stat().st_size > LARGEST:
        return False
    return sniff.of_file(target) == "image/webp"


def _environment() -> dict[str, str]:
    """No setting and no secret of ours; the package is found where this one was."""
    environment = child_environment()
    source = str(Path(rookery.__file__).resolve().parent.parent)
    paths = [source, *filter(None, [environment.get("PYTHONPATH", "")])]
    return environment | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}
