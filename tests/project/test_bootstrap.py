"""`tools/bootstrap.py` ends in one line that says what to type, whatever is wrong."""

import ast
import importlib.util
import re
import shutil
import socket
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tools" / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path) -> ModuleType:
    """The script, working on an empty folder that has the real locks."""
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    module.ROOT = str(tmp_path)  # type: ignore[attr-defined]
    module.VENV = str(tmp_path / ".venv")  # type: ignore[attr-defined]
    module.VENV_PYTHON = str(tmp_path / ".venv" / "bin" / "python")  # type: ignore[attr-defined]
    return module


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_script_when_python_is_old_still_parses() -> None:
    ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 6))
    assert "from __future__" not in FILE.read_text(encoding="utf-8")


def test_python_when_too_old_is_said(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert bootstrap.main(["runtime"]) == 1
    assert "Python 3.9 is too old" in last_line(capsys)


def test_port_when_given_by_hand_and_taken_is_said(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert bootstrap.main(["runtime", "--port", str(port)]) == 1
    assert f"port {port} is taken. Type: make demo PORT={port + 1}" in last_line(capsys)


def test_port_when_no_number_is_said(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["runtime", "--gateway-port", "x"]) == 1
    assert "make demo GATEWAY_PORT=" in last_line(capsys)


def test_venv_module_when_missing_is_said(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert bootstrap.main(["runtime"]) == 1
    assert "sudo apt install python3-venv" in last_line(capsys)


def test_disk_when_full_is_said_before_anything_is_made(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=5_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert bootstrap.main(["runtime"]) == 1
    assert "5 MB free" in last_line(capsys)
    assert not (tmp_path / ".venv").exists()


def test_foreign_folder_in_place_of_venv_is_not_removed(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "thesis.txt").write_text("mine")
    assert bootstrap.main(["runtime"]) == 1
    assert "not a virtual environment" in last_line(capsys)
    assert (tmp_path / ".venv" / "thesis.txt").exists()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("WARNING: Retrying ... Failed to establish a new connection: [Errno 101]\nERROR: x", "no network"),
        ("[Errno -3] Temporary failure in name resolution", "no network"),
        ("OSError: [Errno 28] No space left on device", "no room left"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "not the one in the lock",
        ),
        ("one\ntwo\nsomething else", "something else"),
    ],
)
def test_what_pip_said_becomes_one_line_for_people(bootstrap: ModuleType, said: str, answer: str) -> None:
    assert answer in bootstrap.diagnosis(said)


def test_stamp_when_dev_is_installed_covers_runtime(bootstrap: ModuleType, tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    Path(bootstrap.stamp_file("dev")).write_text(bootstrap.stamp("dev"))
    assert bootstrap.is_stamped("runtime")
    assert bootstrap.is_stamped("dev")
    (tmp_path / "requirements" / "dev.txt").write_text("# 1 packages, 1 MB to fetch\n")
    assert not bootstrap.is_stamped("runtime")


@pytest.mark.parametrize("kind", ["runtime", "dev", "s3"])
def test_lock_holds_hashes_and_no_address(kind: str, bootstrap: ModuleType) -> None:
    text = (ROOT / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    assert bootstrap.size_of(text)[0] > 30
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)
    pinned = re.findall(r"^[a-z0-9].*==.*$", text, re.MULTILINE)
    assert pinned
    assert all(line.endswith("\\") for line in pinned)


def test_no_file_of_the_project_names_a_registry() -> None:
    hosts = re.compile(r"py" r"pi\.org|python" r"hosted\.org|registry\.np" r"mjs|/opt/" r"wheels")
    skipped = {".git", ".venv", "data", ".coverage", "node_modules"}
    found = []
    for path in ROOT.rglob("*"):
        if skipped & set(path.relative_to(ROOT).parts) or path.suffix not in {
            ".py", ".md", ".txt", ".toml", ".in", ".yml", ".yaml", ".js", ".html", ".css", "", ".cfg", ".ini", ".sh",
        }:  # fmt: skip
            continue
        if path.is_file() and hosts.search(path.read_text(encoding="utf-8", errors="replace")):
            found.append(str(path.relative_to(ROOT)))
    assert found == []
