"""Errors are one clear line and an exit code that is not zero."""

from __future__ import annotations

from pathlib import Path

import pytest

import rookery as package
from rookery.cli import command_line
from tests.cli.running import rookery


def test_version_is_printed(tmp_path: Path) -> None:
    done = rookery(tmp_path, "version")
    assert done.stdout.startswith(f"rookery {package.__version__} ")
    assert (done.returncode, done.stderr, list(tmp_path.iterdir())) == (0, "", [])


@pytest.mark.parametrize(
    "arguments",
    [
        ["user", "token", "admin@example.com"],
        ["inbox", "list"],
        ["events", "list"],
        ["web"],
        ["worker"],
    ],
)
def test_folder_without_rookery_is_named_and_not_made(tmp_path: Path, arguments: list[str]) -> None:
    done = rookery(tmp_path, *arguments, "--data-dir", "nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"there is no Rookery in {tmp_path / 'nowhere'}" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_bad_setting_is_one_line(tmp_path: Path) -> None:
    done = rookery(tmp_path, "serve", PORT="many")
    assert (done.returncode, done.stderr) == (1, "rookery: ROOKERY_PORT: 'many' is not a whole number\n")


def test_no_command_shows_how_to_use_it(tmp_path: Path) -> None:
    done = rookery(tmp_path)
    assert done.returncode == 2
    assert "usage: rookery" in done.stderr


@pytest.mark.parametrize("name", ["demo", "serve", "web", "worker", "sandbox", "setup", "doctor", "version"])
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.run([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: rookery {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("user", {"add", "password", "token"}),
        ("inbox", {"add", "list", "link"}),
        ("events", {"list", "replay"}),
    ],
)
def test_groups_name_their_parts(group: str, names: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.run([group, "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in names)


def test_port_that_is_none_is_refused(tmp_path: Path) -> None:
    done = rookery(tmp_path, "serve", "--port", "99999")
    assert done.returncode == 2
    assert "'99999' is no port number" in done.stderr
