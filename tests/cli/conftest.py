"""A folder with an installation in it, made once and copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.running import PASSWORD, rookery


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where `rookery setup` has run: administrator admin@example.com."""
    folder = tmp_path_factory.mktemp("installed")
    (folder / "password").write_text(PASSWORD + "\n")
    done = rookery(
        folder, "setup", "--email", "admin@example.com", "--account", "Shop", "--password-file", "password"
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture
def home(installed: Path, tmp_path: Path) -> Path:
    """A copy of it for one test; the data folder is `data`."""
    folder = tmp_path / "home"
    shutil.copytree(installed, folder)
    return folder
