"""The command as people run it: a process of its own, on a folder of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

PASSWORD = "correct horse battery"
COMMAND = [sys.executable, "-m", "rookery.cli"]


def environment(**settings: str) -> dict[str, str]:
    """The person's environment, without settings of ours or of the test run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROOKERY_", "DJANGO_"))}
    return kept | {f"ROOKERY_{name}": value for name, value in settings.items()}


def rookery(
    folder: Path, *arguments: str, text: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in `folder`."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**settings),
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float = 40.0) -> Any:
    """The first answer that is true; fails the test when none comes."""
    deadline = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


def status(url: str) -> int:
    """The answer's status; 0 while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Running:
    """A command that runs until it is told to stop, as leader of its own process group."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.out, self.log = folder / "out.txt", folder / "log.txt"
        with self.out.open("w") as out, self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=folder,
                env=environment(**settings),
                stdout=out,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.out.read_text()

    def wait_until_said(self, words: str) -> str:
        def look() -> str:
            code = self.process.poll()
            assert code is None, f"it ended with {code}: {self.log.read_text()}"
            return self.said if words in self.said else ""

        return str(wait_for(look))

    def family(self) -> list[psutil.Process]:
        """The process and everything it started."""
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def worker(self) -> psutil.Process:
        """The worker child, once there is one."""
        return wait_for(lambda: next((one for one in self.family() if "worker" in one.cmdline()), None))

    def interrupt(self, *, group: bool = False) -> int:
        """Ctrl-C, as a terminal sends it to the whole `group`, or to this process alone; its exit code."""
        if self.process.poll() is None:
            if group:
                os.killpg(self.process.pid, signal.SIGINT)
            else:
                self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        family = self.family() if self.process.poll() is None else []
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self.process.wait(10)
