"""serve, web and worker as processes."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.cli.running import COMMAND, Running, environment, free_port, rookery, status, wait_for

pytestmark = pytest.mark.slow


def serve(folder: Path, port: int, **settings: str) -> Running:
    return Running(folder, "serve", "--port", str(port), **settings)


def test_empty_folder_works_at_once_and_ctrl_c_leaves_nobody_behind(tmp_path: Path) -> None:
    port = free_port()
    with serve(tmp_path, port, LOG_LEVEL="INFO") as running:
        said = running.wait_until_said("/setup/")
        link = re.search(rf"http://127\.0\.0\.1:{port}(/setup/\S+)", said)
        assert link is not None
        assert status(f"http://127.0.0.1:{port}{link[1]}") == 200
        wait_for(lambda: status(f"http://127.0.0.1:{port}/health/ready") == 200)
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0
        family = running.family()
        assert len(family) >= 2
        assert running.interrupt(group=True) == 0
        _gone, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []
        log = running.log.read_text()
    assert link[1].removeprefix("/setup/") not in log
    assert all(json.loads(line) for line in log.splitlines())


def test_second_serve_on_the_folder_is_refused_in_one_line(home: Path) -> None:
    port = free_port()
    with serve(home, port) as running:
        running.wait_until_said("Ctrl-C")
        second = rookery(home, "serve", "--port", str(free_port()))
        assert second.returncode == 1
        assert second.stderr.startswith("rookery: another rookery serve")
        assert second.stderr.count("\n") == 1
        assert status(f"http://127.0.0.1:{port}/health/live") == 200
        assert "/setup/" not in running.said


def test_port_that_is_taken_is_refused_in_one_line(home: Path, tmp_path: Path) -> None:
    port = free_port()
    with serve(home, port) as running:
        running.wait_until_said("Ctrl-C")
        other = rookery(tmp_path, "serve", "--port", str(port), "--data-dir", "other")
        assert (other.returncode, other.stderr) == (
            1,
            f"rookery: port {port} is taken. Choose another with --port\n",
        )


def test_killed_worker_is_started_again(home: Path) -> None:
    with serve(home, free_port()) as running:
        first = running.worker()
        first.send_signal(signal.SIGKILL)
        wait_for(lambda: not first.is_running() or first.status() == psutil.STATUS_ZOMBIE)
        second = wait_for(lambda: running.worker().pid != first.pid and running.worker())
        assert second.is_running()


def test_worker_ends_when_serve_is_killed(home: Path) -> None:
    with serve(home, free_port()) as running:
        worker = running.worker()
        running.process.kill()
        running.process.wait(10)
        worker.wait(20)
        assert not worker.is_running()


def test_serve_starts_again_after_kill_in_the_middle_of_migrations(home: Path) -> None:
    """Two of the migrations are undone; the process is killed at moments spread over the start."""
    shutil.rmtree(home / "data")
    for milliseconds in (500, 700, 900, 1100, 1300):
        process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(free_port())],
            cwd=home,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(milliseconds / 1000)
        process.kill()
        process.wait(10)
    with serve(home, free_port()) as running:
        running.wait_until_said("/setup/")
    database = sqlite3.connect(home / "data" / "rookery.sqlite3")
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_database_is_copied_before_it_is_changed_and_a_newer_one_refused(home: Path) -> None:
    path = home / "data" / "rookery.sqlite3"
    database = sqlite3.connect(path)
    # A migration that this database has not seen: the journal's, whose tables it has lost.
    database.execute("DELETE FROM django_migrations WHERE app = 'journal'")
    for table in ("journal_fact", "journal_epoch"):
        database.execute(f"DROP TABLE {table}")
    database.commit()
    for command in ("web", "worker"):
        done = rookery(home, command)
        assert (done.returncode, "needs 1 migration(s). Start rookery serve once" in done.stderr) == (1, True)
    with serve(home, free_port()) as running:
        running.wait_until_said("Ctrl-C")
    copies = list((home / "data" / "copies").iterdir())
    assert len(copies) == 1
    database.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('intake', '0999_future', '2030-01-01')"
    )
    database.commit()
    for command in ("serve", "web", "worker"):
        done = rookery(home, command)
        assert done.returncode == 1
        assert "newer version of Rookery (intake.0999_future is unknown here)" in done.stderr
        assert done.stderr.count("\n") == 1
    database.close()


def test_web_and_worker_run_beside_each_other(home: Path) -> None:
    port = free_port()
    (home / "w").mkdir()
    with Running(home, "web", "--port", str(port)) as web:
        web.wait_until_said("Ctrl-C")
        assert status(f"http://127.0.0.1:{port}/health/ready") == 503
        worker = Running(home / "w", "worker", "--data-dir", str(home / "data"), LOG_LEVEL="INFO")
        with worker:
            wait_for(lambda: "worker started" in worker.log.read_text())
            wait_for(lambda: status(f"http://127.0.0.1:{port}/health/ready") == 200)
            again = rookery(home, "worker")
            assert (again.returncode, "another worker works on" in again.stderr) == (1, True)
            assert worker.interrupt() == 0
        assert status(f"http://127.0.0.1:{port}/health/ready") == 503
        assert web.interrupt() == 0


def test_metrics_of_the_worker_are_on_the_page_of_the_web_process(home: Path) -> None:
    port = free_port()
    with serve(home, port) as running:
        running.worker()
        wait_for(lambda: status(f"http://127.0.0.1:{port}/health/ready") == 200)
        import urllib.request

        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            text = answer.read().decode()
    assert 'whatsapp_web_message_sent{status="sent"} 0.0' in text
    assert len(list((home / "data" / "run" / "metrics").glob("*.db"))) >= 2
    assert os.access(home / "data", os.W_OK)


def test_setup_beside_a_running_serve_makes_the_administrator(home: Path) -> None:
    shutil.rmtree(home / "data")
    with serve(home, free_port()) as running:
        running.wait_until_said("/setup/")
        done = rookery(home, "setup", "--email", "a@example.com", "--password-file", "password")
        assert (done.returncode, done.stderr) == (0, "")
        assert "a@example.com is the administrator" in done.stdout
