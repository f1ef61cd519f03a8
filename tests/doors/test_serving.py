"""The web process as a process: its door opens before migrations, and it ends cleanly."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rookery.intake import listing
from rookery.settings import conf
from tests.intake.caller import SECRET, sign

PHONE = "+15550000001"
ROOT = Path(__file__).resolve().parents[2]

# A web process whose preparation takes until a file appears, then migrates, then says so.
SCRIPT = """
import asyncio, sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
from rookery.doors.serving import Web
from rookery.telemetry import log
log.configure()
go, port = Path(sys.argv[1]), int(sys.argv[2])

def prepare():
    while not go.exists():
        time.sleep(0.02)
    if go.read_text() == "fail":
        raise LookupError("the database is from tomorrow")
    call_command("migrate", verbosity=0)

async def beside(ending):
    print("beside", flush=True)
    await ending.wait()
    print("beside ended", flush=True)

web = Web("127.0.0.1", port, prepare=prepare, beside=beside, opened=lambda port: print("opened", port, flush=True))
print("running", flush=True)
web.run()
print("ended", flush=True)
"""


class Process:
    """The script, and requests to it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.go = folder / "go"
        self.folder = folder
        self.port = port
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        environment = {name: value for name, value in os.environ.items() if name.startswith("ROOKERY_")}
        environment |= {
            "PATH": os.environ["PATH"], "PYTHONPATH": path, "ROOKERY_DATA_DIR": str(self.folder / "data"),
            "DJANGO_SETTINGS_MODULE": "rookery.settings.django", "ROOKERY_DATABASE_URL": "",
        }  # fmt: skip
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(self.go), str(self.port)], env=environment, text=True,
                stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + 30
        while self.ask("GET", "/health/live")[0] != 200:
            assert time.monotonic() < end, (self.folder / "log").read_text()
            time.sleep(0.02)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(
                method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
            )
            reply = connection.getresponse()
            return reply.status, reply.read()
        except OSError:
            return 0, b""
        finally:
            connection.close()

    def post(self, number: int, secret: str = SECRET) -> int:
        body = json.dumps(
            {"event": "message", "device_id": "15550000001@s.whatsapp.net", "n": number}
        ).encode()
        return self.ask("POST", f"/webhooks/whatsapp/{PHONE}", body, X_Hub_Signature_256=sign(body, secret))[
            0
        ]

    def stored(self) -> list[int]:
        import sqlite3

        with contextlib.closing(sqlite3.connect(self.folder / "data" / "rookery.sqlite3")) as database:
            rows = database.execute("SELECT body FROM intake_rawevent ORDER BY id").fetchall()
        return [json.loads(row[0])["n"] for row in rows]

    def output(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        assert self.process is not None
        self.process.send_signal(number)
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, out


@pytest.fixture
def process(tmp_path: Path, free_port: int) -> Iterator[Process]:
    made = Process(tmp_path, free_port)
    (tmp_path / "data").mkdir(mode=0o700)
    with conf.override(DATA_DIR=tmp_path / "data"):
        listing.write_file(sealed_listing())
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def sealed_listing() -> listing.Listing:
    """What an earlier run of the same installation left."""
    from rookery.accounts.encryption import seal

    context = "channels.webhooksecret.value.0000"
    return listing.Listing(
        channels=(listing.ListedChannel(7, 3, "15550000001"),),
        secrets=(listing.ListedSecret(seal(SECRET, context), context, channel_id=7),),
    )


def wait_for(condition: Callable[[], Any], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.sqlite
def test_webhooks_are_accepted_and_kept_when_the_database_is_being_migrated(process: Process) -> None:
    process.start()
    status, page = process.ask("GET", "/inbox")
    assert (status, b"starting" in page) == (503, True)
    times = []
    for number in range(50):
        begun = time.monotonic()
        assert process.post(number) == 200
        times.append(time.monotonic() - begun)
    assert max(times) < 1
    assert process.post(99, secret="wrong" * 8) == 401
    assert not (process.folder / "data" / "rookery.sqlite3").exists(), "the database was not touched"
    process.go.write_text("now")
    wait_for(lambda: process.ask("GET", "/health/ready")[1] and process.ask("GET", "/inbox")[0] != 503)
    wait_for(lambda: len(process.stored()) == 50)
    assert process.stored() == list(range(50))
    code, output = process.output()
    assert (code, output.split("\n")) == (
        0, ["running", f"opened {process.port}", "beside", "beside ended", "ended", ""],
    )  # fmt: skip


@pytest.mark.sqlite
def test_nothing_is_lost_when_the_process_is_killed_before_its_database_was_ready(process: Process) -> None:
    for attempt in range(3):
        process.start()
        for number in range(5):
            assert process.post(attempt * 5 + number) == 200
        process.output(signal.SIGKILL)
    process.go.write_text("now")
    process.start()
    wait_for(lambda: process.ask("GET", "/inbox")[0] != 503)
    wait_for(lambda: len(process.stored()) == 15)
    assert process.stored() == list(range(15))
    assert process.output()[0] == 0


@pytest.mark.sqlite
def test_process_ends_with_the_error_when_the_database_cannot_be_prepared(process: Process) -> None:
    process.start()
    process.go.write_text("fail")
    assert process.process is not None
    out, _ = process.process.communicate(timeout=30)
    assert process.process.returncode == 1
    assert "ended" not in out
    assert "from tomorrow" in (process.folder / "log").read_text()


@pytest.mark.sqlite
def test_process_ends_at_once_when_it_is_interrupted_in_mid_migration(process: Process) -> None:
    process.start()
    assert process.post(1) == 200
    begun = time.monotonic()
    code, out = process.output(signal.SIGINT)
    assert (code, out) == (0, "running\nended\n")
    assert time.monotonic() - begun < 5


@pytest.mark.sqlite
def test_nothing_private_is_logged_when_webhooks_come(process: Process) -> None:
    process.start()
    process.post(1)
    process.post(2, secret="wrong" * 8)
    process.ask("POST", "/webhooks/whatsapp/+5521987650000", b"{}")
    process.go.write_text("now")
    wait_for(lambda: process.ask("GET", "/inbox")[0] != 503)
    process.output()
    log = (process.folder / "log").read_text()
    assert "webhook signature invalid" in log
    for private in (SECRET, PHONE[1:], "5521987650000", "device_id"):
        assert private not in log
