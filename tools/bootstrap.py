"""Make .venv and install what is missing, or say in one line what to type.

Needs nothing but Python. It is written in the syntax of Python 3.6, so that an old Python can say that it
is too old. When everything is installed (a stamp in .venv says so) it takes a few milliseconds.

    python3 tools/bootstrap.py runtime|dev [--port N] [--gateway-port N]
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
from typing import List, Tuple

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
ROOM = 4  # an installed package takes about four times what was fetched

NETWORK = re.compile(
    "Failed to establish a new connection|name resolution|NewConnectionError|ConnectTimeout|ReadTimeout"
    "|Network is unreachable|ProxyError|Connection refused|getaddrinfo failed|Max retries exceeded"
)
DISK = re.compile("No space left on device|Errno 28|Disk quota exceeded")


class Stop(Exception):
    """The one line that says what is wrong and what to type."""


def main(argv: List[str]) -> int:
    """Look, then install. Returns the exit code."""
    kind = argv[0] if argv and argv[0] in ("runtime", "dev") else "runtime"
    try:
        use_a_new_enough_python(argv)
        check_ports(argv)
        if not is_stamped(kind):
            install(kind)
    except Stop as stop:
        sys.stderr.write("rookery: %s\n" % stop)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nrookery: stopped; the next try goes on from here\n")
        return 130
    return 0


def use_a_new_enough_python(argv: List[str]) -> None:
    """Go on with this Python, or with a newer one that is also installed."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        other = shutil.which("python3.%d" % minor)
        if other:
            os.execv(other, [other, os.path.abspath(__file__), *argv])
    raise Stop(
        "Python %d.%d is too old, 3.11 or newer is needed. Install one, then type: make demo PYTHON=python3.11"
        % sys.version_info[:2]
    )


def check_ports(argv: List[str]) -> None:
    """A port given by hand must be free; the default ports move by themselves later."""
    for option, word in (("--port", "PORT"), ("--gateway-port", "GATEWAY_PORT")):
        if option not in argv:
            continue
        text = argv[argv.index(option) + 1] if argv.index(option) + 1 < len(argv) else ""
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Stop("%s is no port number. Type for example: make demo %s=8080" % (text or "''", word))
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(text)))
            except OSError:
                raise Stop(
                    "port %s is taken. Type: make demo %s=%d, or leave it out" % (text, word, int(text) + 1)
                ) from None


def is_stamped(kind: str) -> bool:
    """Whether .venv holds what the locks ask for. What `dev` installs includes `runtime`."""
    kinds = ("dev",) if kind == "dev" else ("dev", "runtime")
    return os.path.exists(VENV_PYTHON) and any(read(stamp_file(one)) == stamp(one) for one in kinds)


def install(kind: str) -> None:
    lock = read(lock_file(kind))
    packages, megabytes = size_of(lock)
    check_disk(megabytes)
    make_venv()
    print("Fetching up to %d packages, about %d MB, into .venv (once)" % (packages, megabytes))
    pip(["install", "--require-hashes", "--no-deps", "-r", lock_file(kind)], packages)
    pip(["install", "--no-deps", "--no-build-isolation", "--no-index", "-e", ROOT], 0)
    with open(stamp_file(kind), "w") as file:
        file.write(stamp(kind))
    print("Installed.")


def size_of(lock: str) -> Tuple[int, int]:
    """Packages and megabytes, as the lock's first line says: `# 40 packages, 62 MB to fetch`."""
    found = re.match(r"# (\d+) packages, (\d+) MB", lock)
    if not found:
        raise Stop("the lock in requirements/ is damaged. Type: git checkout requirements")
    return int(found.group(1)), int(found.group(2))


def check_disk(megabytes: int) -> None:
    needed = megabytes * ROOM + 50
    free = shutil.disk_usage(ROOT).free // 1000000
    if free < needed:
        raise Stop(
            "no room: %s has %d MB free, %d MB are needed. Free some and try again" % (ROOT, free, needed)
        )
    if not os.access(ROOT, os.W_OK):
        raise Stop("this folder cannot be written. Copy %s to one of your own and try again" % ROOT)


def make_venv() -> None:
    """A new .venv, unless the one that is there works."""
    if works(VENV_PYTHON):
        return
    if os.path.exists(VENV):
        if not os.path.exists(os.path.join(VENV, "pyvenv.cfg")):
            raise Stop(".venv is not a virtual environment. Move it away and try again")
        shutil.rmtree(VENV)
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        raise Stop(
            "Python's venv module is missing. Type: sudo apt install python3-venv (Debian, Ubuntu), then again"
        ) from None
    print("Making .venv with Python %d.%d" % sys.version_info[:2])
    try:
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Stop("cannot make .venv (%s)" % error) from None


def works(python: str) -> bool:
    """Whether this Python starts, is new enough, has pip and belongs to this folder (a moved one does not)."""
    code = "import sys, pip; print(sys.version_info >= (3, 11), sys.prefix)"
    try:
        answer = subprocess.run(
            [python, "-c", code], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False
    return answer.stdout.decode().strip() == "True " + VENV


def pip(arguments: List[str], packages: int) -> None:
    """Run pip, one line for each package it fetches; its own words only when something unforeseen happens."""
    command = [VENV_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    command += ["--progress-bar", "off", "--retries", "2"]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    assert running.stdout is not None
    said = []  # type: List[str]
    count = 0
    for raw in running.stdout:
        line = raw.decode(errors="replace").rstrip()
        said.append(line)
        fetched = re.match(r"\s*Downloading (\S+?)-\d\S* \(([^)]+)\)", line)
        if fetched and packages:
            count += 1
            print(
                "  %3d  %-24s %s" % (count, os.path.basename(fetched.group(1)), fetched.group(2)), flush=True
            )
        elif packages and line.startswith("Installing collected packages"):
            print("  unpacking", flush=True)
    if running.wait() != 0:
        raise Stop(diagnosis("\n".join(said)))


def diagnosis(said: str) -> str:
    if DISK.search(said):
        return "no room left on the disk under %s. Free some and try again" % ROOT
    if NETWORK.search(said):
        return "no network: packages cannot be fetched. Check the connection (or HTTPS_PROXY), then type it again"
    if "DO NOT MATCH THE HASHES" in said:
        return "a fetched package is not the one in the lock; nothing was installed. Try again from another network"
    last = [line for line in said.splitlines() if line.strip()][-8:]
    return "installing failed; pip said:\n  " + "\n  ".join(last)


def stamp(kind: str) -> str:
    """What must be equal for "installed": the lock, the project's own metadata, the folder."""
    text = read(lock_file(kind)) + read(os.path.join(ROOT, "pyproject.toml")) + ROOT
    return hashlib.sha256(text.encode()).hexdigest()


def stamp_file(kind: str) -> str:
    return os.path.join(VENV, "rookery-%s.stamp" % kind)


def lock_file(kind: str) -> str:
    return os.path.join(ROOT, "requirements", kind + ".txt")


def read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
