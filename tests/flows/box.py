"""A whole Rookery in real processes: its own data folder, database, port and process group.

    box.set_up(gateway.url)          # administrator, agent, number; through the command line, as an operator does it
    box.start()                      # `rookery serve`, ready
    box.kill()                       # SIGKILL for web and worker at once; also kill_web(), kill_worker()
    box.close()                      # nothing survives this

Nothing of Rookery is imported here: a box is seen from outside, through its command line, its port and its rows.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from tests.flows.api import Api
from tests.flows.database import Database

ROOT = Path(__file__).resolve().parents[2]
HOOKS = Path(__file__).resolve().parent / "hooks"
PHONE = "+15550000001"
PASSWORD = "correct horse battery"
ADMIN, AGENT = "admin@example.com", "agent@example.com"
START = 40.0
"""Seconds a start may take on a machine that others use too; it is two or three when it is alone."""


class NotReady(AssertionError):
    """A process did not come up; the text holds the end of its log."""


@dataclass
class Box:
    """`folder` holds logs and, unless `data` says where, the data folder; an empty `database_url` is SQLite in it.

    `hooks`: see hooks/.
    """

    folder: Path
    database_url: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, Any] = field(default_factory=dict)
    data: Path = Path()
    port: int = 0
    token: str = ""
    secret: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data" if self.data == Path() else self.data
        self.port = self.port or free_port()
        self.serve: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []
        self._clients: list[httpx.Client] = []

    # -- command line ----------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/webhooks/whatsapp/{PHONE}"

    def environment(self) -> dict[str, str]:
        """The parent's environment without any setting of the tests' own process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROOKERY_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        paths = [str(HOOKS), str(ROOT / "src")]
        mine = {
            "PYTHONPATH": os.pathsep.join(paths),
            "PYTHONUNBUFFERED": "1",
            "ROOKERY_DATA_DIR": str(self.data),
            "ROOKERY_SEND_PACE_PER_MINUTE": "0",
        }
        if self.database_url:
            mine["ROOKERY_DATABASE_URL"] = self.database_url
        if self.hooks:
            mine["ROOKERY_TEST_HOOKS"] = ",".join(f"{name}={value}" for name, value in self.hooks.items())
        return kept | mine | {f"ROOKERY_{name}": value for name, value in self.settings.items()}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "rookery.cli", *arguments]

    def cli(self, *arguments: str, text: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one short command to its end; `text` is its standard input."""
        done = subprocess.run(
            self.command(*arguments),
            input=text,
            capture_output=True,
            text=True,
            env=self.environment(),
            cwd=self.folder,
            timeout=90,
            check=False,
        )
        if check:
            assert done.returncode == 0, f"rookery {' '.join(arguments)}: {done.stdout}\n{done.stderr}"
        return done

    def make_installation(self) -> None:
        """Database, administrator, agent; no number yet."""
        self.cli(
            "setup", "--email", ADMIN, "--account", "Café Rookery", "--password-file", "-", text=PASSWORD
        )
        self.cli("user", "add", AGENT, "--password-file", "-", text=PASSWORD)

    def add_number(self, gateway_url: str) -> None:
        """The number behind a gateway that runs already; learns the webhook's secret."""
        answer = self.cli(
            "inbox", "add", "--name", "Café", "--phone", PHONE, "--gateway", gateway_url, "--user", "admin",
            "--password-file", "-", text="sandbox",
        )  # fmt: skip
        found = re.search(r"--webhook-secret=([0-9a-f]{64})", answer.stdout)
        assert found, answer.stdout
        self.secret = found[1]

    def set_up(self, gateway_url: str) -> None:
        """All that is needed before the first start."""
        if not (self.data / "secret_key").exists():
            self.make_installation()
        self.add_number(gateway_url)
        self.token = self.cli("user", "token", ADMIN).stdout.strip()

    def copy_installation(self, template: Path) -> None:
        """Take over a prepared data folder (SQLite) instead of `make_installation`."""
        shutil.copytree(template, self.data)

    # -- processes -------------------------------------------------------------------------------------------

    def start(self, *, wait: bool = True, command: Sequence[str] = ("serve",)) -> subprocess.Popen[bytes]:
        """Start `serve` in a process group of its own; its output goes on in out.log and err.log."""
        with self.out_log.open("ab") as out, self.err_log.open("ab") as err:
            process = subprocess.Popen(
                self.command(*command, "--port", str(self.port)),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.environment(),
                cwd=self.folder,
                start_new_session=True,
            )
        self.serve = process
        self._groups.append(process.pid)
        if wait:
            self.wait_ready()
        return process

    @property
    def out_log(self) -> Path:
        return self.folder / "out.log"

    @property
    def err_log(self) -> Path:
        return self.folder / "err.log"

    def wait_open(self, seconds: float = START) -> None:
        """The port takes connections: the webhook door is open, whatever else is not."""
        self._wait(self._is_open, seconds, "no port")

    def wait_ready(self, seconds: float = START) -> None:
        """/health/ready says yes: web, database and worker are there."""
        self._wait(self._is_ready, seconds, "not ready")

    def _is_open(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def _wait(self, is_so: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            ended = self.serve.poll() if self.serve is not None else None
            if ended is not None:
                raise NotReady(f"serve ended with {ended}\n{self.log_end()}")
            if time.monotonic() > deadline:
                raise NotReady(f"{what} after {seconds:.0f} s\n{self.log_end()}")
            time.sleep(0.1)

    def log_end(self, size: int = 4000) -> str:
        """The last lines of both logs."""
        return "\n".join(
            path.read_text(errors="replace")[-size:] for path in (self.out_log, self.err_log) if path.exists()
        )

    def worker_pid(self) -> int | None:
        """The worker that holds its lock now, or None between two of them."""
        try:
            pid = int((self.data / "run" / "worker.lock").read_text().strip() or 0)
            found = psutil.Process(pid)
            alive = found.status() != psutil.STATUS_ZOMBIE and "rookery.cli" in found.cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return pid if alive else None

    def kill_worker(self) -> bool:
        """SIGKILL for the worker alone; False when there is none at the moment."""
        pid = self.worker_pid()
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True

    def kill_web(self) -> None:
        """SIGKILL for the web process alone; its worker is to end by itself."""
        assert self.serve is not None
        self.serve.kill()
        self.serve.wait(10)

    def kill(self) -> None:
        """SIGKILL for the whole group at once, as a power cut would."""
        assert self.serve is not None
        _kill_group(self.serve.pid)
        self.serve.wait(10)
        self._wait_group_gone(self.serve.pid)

    def stop(self, seconds: float = 30.0) -> int:
        """Ctrl-C; the exit code."""
        assert self.serve is not None
        self.serve.send_signal(signal.SIGINT)
        return self.serve.wait(seconds)

    def _wait_group_gone(self, group: int, seconds: float = 15.0) -> None:
        wait_until(lambda: not processes_of(group), seconds, f"processes of group {group} to end")

    def close(self) -> None:
        """End whatever this box started, however the test ended."""
        for client in self._clients:
            client.close()
        for group in self._groups:
            _kill_group(group)
        if self.serve is not None:
            self.serve.wait(10)
        for group in self._groups:
            self._wait_group_gone(group)

    # -- looking at it ---------------------------------------------------------------------------------------

    @property
    def database(self) -> Database:
        return Database(self.database_url or f"sqlite:///{self.data / 'rookery.sqlite3'}")

    def client(self, **options: Any) -> httpx.Client:
        """A bare HTTP client, closed with the box."""
        made = httpx.Client(base_url=self.url, timeout=30, **options)
        self._clients.append(made)
        return made

    def api(self) -> Api:
        """The REST API with the administrator's token."""
        return Api(self.client(headers={"api_access_token": self.token}))

    def signed_in(self, email: str = ADMIN, password: str = PASSWORD) -> httpx.Client:
        """A browser's session: cookies, and the token that posts need."""
        client = self.client(follow_redirects=True)
        page = client.get("/sign-in")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text[:500]
        form = {"csrfmiddlewaretoken": token[1], "email": email, "password": password}
        answer = client.post("/sign-in", data=form)
        assert answer.status_code == 200, answer.text[:2000]
        assert urlsplit(str(answer.url)).path == "/inbox", answer.url
        found = re.search(r'<meta name="csrf-token" content="([^"]+)"', answer.text)
        assert found, answer.text[:2000]
        client.headers["X-CSRFToken"] = found[1]
        return client

    def metric(self, name: str, **labels: str) -> float:
        """One line of /metrics by its exact text; 0 when it is not there."""
        page = httpx.get(f"{self.url}/metrics", timeout=10)
        assert page.status_code == 200, page.status_code
        shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
        start = f"{name}{{{shown}}} " if labels else f"{name} "
        lines = [line for line in page.text.splitlines() if line.startswith(start)]
        return float(lines[0].rpartition(" ")[2]) if lines else 0.0

    def wait_processed(self, seconds: float = 60.0) -> None:
        """No stored event waits any more."""
        query = "SELECT count(*) FROM intake_rawevent WHERE state = 0"
        wait_until(lambda: self.database.value(query) == 0, seconds, "stored events to be processed")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(group: int) -> list[psutil.Process]:
    """Living processes of a process group, zombies not counted."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, ProcessLookupError):
            continue
    return found


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def wait_until(is_so: Callable[[], object], seconds: float, what: str, pause: float = 0.1) -> None:
    """Wait for something; fails the test with its name when it does not come."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(pause)
