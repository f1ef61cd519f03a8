"""The child process that makes one agent's file fit for WhatsApp: `python -m rookery.media.converting.child`.

Standard input is the file, the arguments are the job (JSON) and where to write; every line of standard output is a
number from 0 to 100, the last one a JSON object. Limits are set before a decoder is loaded, Django never is. Whatever
goes wrong, up to a crash, is this process's alone.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from rookery.media.converting.jobs import Job, Progress, Refusal

WALL_SECONDS: Final = 1260
CPU_SECONDS: Final = {"video": 2400, "audio": 300, "voice": 300}
OTHER_CPU_SECONDS: Final = 60
ADDRESS_SPACE: Final = {"video": 4096 * 1024 * 1024}
OTHER_ADDRESS_SPACE: Final = 2048 * 1024 * 1024
SLACK_BYTES: Final = 64 * 1024 * 1024
"""How much a first try may be larger than what is allowed in the end."""
OPEN_FILES: Final = 64


def limit(job: Job) -> None:
    """Take away from this process what a harmless file never needs."""
    limits = {
        resource.RLIMIT_CPU: CPU_SECONDS.get(job.kind, OTHER_CPU_SECONDS),
        resource.RLIMIT_AS: ADDRESS_SPACE.get(job.kind, OTHER_ADDRESS_SPACE),
        resource.RLIMIT_FSIZE: max(job.limit, job.video_limit) + SLACK_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (allowed, allowed))
    os.nice(12)
    # Should the parent die, this process must not outlive its time either; no handler: the signal kills.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL_SECONDS)


def convert(job: Job, target: Path) -> dict[str, Any]:
    """What came of it, as JSON values: `made`, or `refused` with its parameters, or the name of what went wrong."""
    from rookery.media.converting import pictures, sound, videos

    ways = {"video": videos.convert, "audio": sound.convert, "voice": sound.convert}
    try:
        with os.fdopen(0, "rb", closefd=False) as source:
            made = ways.get(job.kind, pictures.convert)(source, job, target, _progress())
        return {"made": asdict(made)}
    except Refusal as refusal:
        return {"refused": refusal.code, "params": refusal.params}
    except (MemoryError, ImportError) as error:
        return {"error": type(error).__name__}
    except Exception as error:  # noqa: BLE001  (decoders raise anything, always for what is in the file)
        return {"refused": "file_broken", "params": {}, "error": type(error).__name__}


def _progress() -> Progress:
    """Says each tenth once."""
    said = 0

    def tell(percent: int) -> None:
        nonlocal said
        step = min(99, percent) // 10 * 10
        if step > said:
            said = step
            sys.stdout.write(f"{step}\n")
            sys.stdout.flush()

    return tell


def main() -> None:
    job = Job.load(sys.argv[1])
    limit(job)
    sys.stdout.write(json.dumps(convert(job, Path(sys.argv[2]))) + "\n")
    sys.stdout.flush()
    os._exit(0)  # no clean-up code of a decoder that a file may have led astray


if __name__ == "__main__":
    main()
