"""Figures of several processes on one page, through files in the data folder.

prometheus_client decides when it is imported whether values live in memory or in files. So `share` must come
first; a process that never calls it (a short command, a test) keeps its figures to itself.
"""

import sys
from pathlib import Path

from rookery.settings import conf, env

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own name


def folder() -> Path:
    """Where the files lie: one set for each process of this data folder."""
    return conf.path("DATA_DIR") / "run" / "metrics"


def share(*, anew: bool) -> None:
    """Keep this process's figures, and those of the children it starts, in files.

    `anew` removes what an earlier start left; only the process that holds the data folder's lock says so.
    Raises RuntimeError when prometheus_client is loaded already: its figures would silently stay in memory.
    """
    if "prometheus_client" in sys.modules and not env.library_variable(VARIABLE):
        raise RuntimeError("telemetry.multiprocess.share() must run before prometheus_client is imported")
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    if anew:
        for path in folder().glob("*.db"):
            path.unlink(missing_ok=True)
    env.set_library_variable(VARIABLE, str(folder()))


def is_shared() -> bool:
    """Whether this process writes its figures to files."""
    return bool(env.library_variable(VARIABLE))


def forget(pid: int) -> None:
    """A process has ended: its gauges no longer count, its counters do."""
    if is_shared():
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
