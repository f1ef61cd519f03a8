"""A PostgreSQL server for one test run: private, on loopback, on a free port, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# It is thrown away, so it need not survive a power cut; commits stay real in every other way.
_OPTIONS = "-c fsync=off -c max_connections=100 -c listen_addresses=127.0.0.1 -c timezone=UTC"


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`: the newest Debian package, else the search path."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if packaged:
        return packaged[-1]
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """Run a server; gives its URL, with a role that may create databases."""
    folder = Path(tempfile.mkdtemp(prefix="rookery-pg-"))
    data = folder / "data"
    port = _free_port()
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        _run([bin_folder / "initdb", "-D", data, "-U", "rookery", "-A", "trust", "-E", "UTF8", "--locale=C"])
        options = f"{_OPTIONS} -p {port} -c unix_socket_directories={folder}"
        _run([bin_folder / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"])
        try:
            yield f"postgresql://rookery@127.0.0.1:{port}/postgres"
        finally:
            _run([bin_folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str | Path]) -> None:
    """Run as the user `postgres` when we are root: the server refuses root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *command], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/"
    )
    if done.returncode != 0:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.decode(errors='replace').strip()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
