"""The child's end of the pipe that `children` describes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress


def watch(pipe: int | None, gone: Callable[[], None]) -> None:
    """Call `gone` once nobody holds the other end any more; None watches nothing."""
    if pipe is not None:
        threading.Thread(target=_wait, args=(pipe, gone), name="lifeline", daemon=True).start()


def _wait(pipe: int, gone: Callable[[], None]) -> None:
    with suppress(OSError):
        while os.read(pipe, 64):
            pass
    gone()
