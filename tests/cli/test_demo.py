"""demo from one end to the other, and the sandbox alone."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import urllib.request
from functools import partial
from pathlib import Path

import psutil
import pytest

from tests.cli.running import Running, free_port, rookery, status, wait_for

pytestmark = pytest.mark.slow
CUSTOMER = "5521987650000"


def control(gateway: str, path: str, **body: object) -> dict[str, object]:
    """The sandbox's control API."""
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"{gateway}/_sandbox{path}", data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        found: dict[str, object] = json.loads(answer.read())
        return found


def rows(folder: Path, statement: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(f"file:{folder / 'rookery.sqlite3'}?mode=ro", uri=True)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


def demo(folder: Path, port: int, gateway_port: int, *more: str, **settings: str) -> Running:
    return Running(
        folder,
        "demo",
        "--port",
        str(port),
        "--gateway-port",
        str(gateway_port),
        "--data-dir",
        "world",
        *more,
        **settings,
    )


def test_quiet_world_receives_what_is_said_and_leaves_nobody_behind(tmp_path: Path) -> None:
    port, gateway_port = free_port(), free_port()
    gateway = f"http://127.0.0.1:{gateway_port}"
    with demo(
        tmp_path, port, gateway_port, "--quiet-world", "--password", "swordfish", LOG_LEVEL="INFO"
    ) as running:
        said = running.wait_until_said("/enter/").rstrip().splitlines()
        link = re.search(rf"http://127\.0\.0\.1:{port}/enter/(\S+)$", said[-1])
        assert link is not None
        assert "swordfish" in said[-2]
        assert "admin@example.com" in said[-3]
        assert f"http://127.0.0.1:{port}" in said[-4]
        assert gateway in said[-5]
        assert rows(tmp_path / "world", "SELECT count(*) FROM conversations_message") == [(0,)]
        control(gateway, "/contacts", phone=f"+{CUSTOMER}", name="Bia")
        control(gateway, f"/contacts/{CUSTOMER}/say", text="is anybody there, said Bia")
        wait_for(lambda: rows(tmp_path / "world", "SELECT content FROM conversations_message"))
        assert rows(tmp_path / "world", "SELECT content FROM conversations_message") == [
            ("is anybody there, said Bia",)
        ]
        assert status(f"http://127.0.0.1:{port}/enter/{link[1]}") == 200
        family = running.family()
        assert {process.pid for process in family if process.name()} >= {running.process.pid}
        assert running.interrupt(group=True) == 0
        _gone, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []
        log = running.log.read_text()
    for secret in (CUSTOMER, "15550000001", "is anybody there", "swordfish", link[1], "sandbox"):
        assert secret not in log.replace("rookery.sandbox", ""), secret


def test_same_folder_goes_on_with_the_same_world_on_another_port(tmp_path: Path) -> None:
    gateway = ""
    for round_number in (1, 2):
        gateway_port = free_port()
        gateway = f"http://127.0.0.1:{gateway_port}"
        with demo(tmp_path, free_port(), gateway_port, "--quiet-world") as running:
            said = running.wait_until_said("/enter/")
            password = re.search(r"Password\s+(\S+)", said)
            assert password is not None
            control(gateway, "/contacts", phone=f"+{CUSTOMER}", name="Bia")
            control(gateway, f"/contacts/{CUSTOMER}/say", text="hello")
            counted = "(SELECT count(*) AS found FROM conversations_message)"
            statement = f"SELECT 1 FROM {counted} WHERE found = {round_number}"
            wait_for(partial(rows, tmp_path / "world", statement))
            assert running.interrupt() == 0
            kept = (tmp_path / "world" / "demo.json").read_text()
            assert password[1] in kept
    assert rows(tmp_path / "world", "SELECT count(*) FROM conversations_conversation") == [(1,)]
    assert rows(tmp_path / "world", "SELECT count(*) FROM accounts_user") == [(2,)]
    assert rows(tmp_path / "world", "SELECT url FROM channels_gateway") == [(gateway,)]


def test_living_world_fills_the_inbox(tmp_path: Path) -> None:
    with demo(tmp_path, free_port(), free_port()) as running:
        running.wait_until_said("/enter/")
        assert rows(tmp_path / "world", "SELECT count(*) FROM conversations_conversation") != [(0,)]
        wait_for(
            lambda: rows(tmp_path / "world", "SELECT 1 FROM conversations_attachment WHERE state = 'stored'")
        )


def test_children_end_when_the_demo_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path, free_port(), free_port(), "--quiet-world") as running:
        running.wait_until_said("/enter/")
        children = running.family()[1:]
        assert len(children) >= 2
        running.process.kill()
        _gone, alive = psutil.wait_procs(children, timeout=25)
        assert alive == []


def test_host_that_others_reach_is_refused(tmp_path: Path) -> None:
    for command in ("demo", "sandbox"):
        done = rookery(tmp_path, command, "--host", "0.0.0.0")
        assert (done.returncode, "not on 0.0.0.0" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_port_given_by_hand_does_not_move(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        taken = holder.getsockname()[1]
        for option in ("--port", "--gateway-port"):
            done = rookery(tmp_path, "demo", option, str(taken))
            assert (done.returncode, f"port {taken} is taken" in done.stderr) == (1, True)


def test_folder_where_somebody_works_is_refused(home: Path) -> None:
    done = rookery(home, "demo", "--data-dir", "data", "--port", str(free_port()))
    assert (done.returncode, "holds a real Rookery, not a demo" in done.stderr) == (1, True)


def test_sandbox_alone_answers_and_stops(tmp_path: Path) -> None:
    port = free_port()
    with Running(tmp_path, "sandbox", "--port", str(port), "--profile", "v9", "--quiet-world") as running:
        running.wait_until_said("Ctrl-C")
        assert status(f"http://127.0.0.1:{port}/health") == 200
        assert status(f"http://127.0.0.1:{port}/devices") == 401
        assert running.interrupt(group=True) == 0


def test_sandbox_of_an_unknown_build_is_refused(tmp_path: Path) -> None:
    done = rookery(tmp_path, "sandbox", "--profile", "v1")
    assert (done.returncode, "v8, v9" in done.stderr) == (1, True)
