"""The doctor as a command: text, JSON, exit code. What it finds is tested in tests/ops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import rookery

pytestmark = pytest.mark.slow


def test_report_is_text_with_a_colour_a_line_and_what_to_do(home: Path) -> None:
    done = rookery(home, "doctor")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert "green   database: SQLite, up to date" in lines
    assert "yellow  worker: nothing works on this data folder now" in lines
    assert lines[lines.index("yellow  worker: nothing works on this data folder now") + 1].startswith(
        "        -> "
    )
    assert "\x1b" not in done.stdout


def test_red_is_exit_code_one_and_json_says_the_same(tmp_path: Path) -> None:
    done = rookery(tmp_path, "doctor", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (1, False)
    red = [finding for finding in report["findings"] if finding["level"] == "red"]
    assert [finding["part"] for finding in red] == ["data folder"]
    assert red[0]["todo"]
    assert list(tmp_path.iterdir()) == []
