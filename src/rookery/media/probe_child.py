"""The child process that looks into one stranger's file: `python -m rookery.media.probe_child`.

Only here bytes from outside are decoded. Standard input is the file itself, the arguments are its sniffed type,
where to write a poster and where a copy for browsers that do not play it; the answer is one JSON object on standard
output. The copy comes last: when it fails, the answer is out. Limits are set before a decoder is loaded, Django never
is. Whatever goes wrong, up to a crash, is this process's alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from typing import Any, Final

CPU_SECONDS: Final = 10
WALL_SECONDS: Final = 20
ADDRESS_SPACE: Final = 1536 * 1024 * 1024
OUTPUT_BYTES: Final = 8 * 1024 * 1024
OPEN_FILES: Final = 64


def limit() -> None:
    """Take away from this process what a harmless file never needs."""
    limits = {
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_AS: ADDRESS_SPACE,
        resource.RLIMIT_FSIZE: OUTPUT_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))
    os.nice(10)
    # Should the parent die, this process must not outlive its time either; no handler: the signal kills.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)


def look(mime: str, poster: str) -> dict[str, Any]:
    """What standard input holds, as JSON values; `error` names the exception when it could not be told."""
    from rookery.media import decoding

    with os.fdopen(0, "rb", closefd=False) as source:
        try:
            return decoding.look(source, mime, poster)
        except MemoryError:
            return {"error": "MemoryError"}
        except Exception as error:  # noqa: BLE001  (decoders raise anything; the file is stored whatever they say)
            return {"error": type(error).__name__}


def copy(mime: str, target: str) -> None:
    """A playable copy of what standard input holds, if it needs one; without one the file is as it was."""
    from rookery.media import transcoding

    with contextlib.suppress(Exception), os.fdopen(0, "rb", closefd=False) as source:
        source.seek(0)
        transcoding.copy(source, mime, target)


def main() -> None:
    limit()
    mime, poster, target = sys.argv[1:4]
    sys.stdout.write(json.dumps(look(mime, poster)))
    sys.stdout.flush()
    copy(mime, target)
    os._exit(0)  # no clean-up code of a decoder that a file may have led astray


if __name__ == "__main__":
    main()
