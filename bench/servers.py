"""Servers in processes of their own, and how much of a core they use."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import psutil

PATIENCE = 60.0
LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Server:
    """A running server on loopback."""

    process: subprocess.Popen[bytes]
    port: int

    def cpu_seconds(self) -> float:
        """Processor time of the server and its children until now."""
        total = 0.0
        for process in self.family():
            times = process.cpu_times()
            total += times.user + times.system
        return total

    def family(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]


@contextmanager
def uvicorn(application: str) -> Iterator[Server]:
    """A plain uvicorn with uvloop and httptools, without access log, as Rookery's own server is set."""
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(port),
        "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "error", "--ws", "none",
        "--no-server-header", "--no-proxy-headers", "--timeout-keep-alive", "5",
    ]  # fmt: skip
    with _running(command, port, "/") as server:
        yield server


@contextmanager
def rookery(command: str, *arguments: str) -> Iterator[Server]:
    """`rookery web` or `serve` on the folder and database that the environment names; ready when it is entered."""
    port = free_port()
    line = [sys.executable, "-m", "rookery.cli", command, "--port", str(port), *arguments]
    # Without a worker it never calls itself ready.
    with _running(line, port, "/sign-in" if command == "web" else "/health/ready") as server:
        yield server


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def answers(port: int, path: str) -> bool:
    """Whether a GET is answered with anything but a server's failure."""
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
        return path == "/" or status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _running(command: list[str], port: int, path: str) -> Iterator[Server]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not answers(port, path):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"did not start: {' '.join(command[2:4])}")
            time.sleep(LOOK)
        yield Server(process, port)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
