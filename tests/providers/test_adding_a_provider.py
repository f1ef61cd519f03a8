"""docs/adding-a-provider.md, done from its first step to its last in an empty folder."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rookery

ROOT = Path(__file__).parents[2]
FILE = re.compile(r"^```python title=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.slow

ROOMS = ("__init__.py", "providers", "outbound_http", "waid")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with no more than the rooms a provider may know, and the files of the page."""
    source = Path(rookery.__file__).parent
    for room in ROOMS:
        target = tmp_path / "src" / "rookery" / room
        if (source / room).is_dir():
            shutil.copytree(source / room, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / room, target)
    files = dict(FILE.findall((ROOT / "docs" / "adding-a-provider.md").read_text(encoding="utf-8")))
    assert len(files) == 4
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=tree, check=False, capture_output=True, text=True
    )


def test_page_when_followed_to_the_letter_ends_with_green_tests(tree: Path) -> None:
    (tree / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\npythonpath = src\n")
    found = run(
        tree, "pytest", "tests", "-q", "-p", "no:cacheprovider", "-p", "no:django", "-p", "no:randomly"
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "12 passed" in found.stdout


def test_page_when_followed_to_the_letter_passes_linter_and_types(tree: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tree / "pyproject.toml")
    (tree / "mypy.ini").write_text("[mypy]\nstrict = true\nmypy_path = src\nexplicit_package_bases = true\n")
    typed = run(tree, "mypy", "--cache-dir", "/dev/null", "src/rookery/providers/paper_plane", "tests")
    assert typed.returncode == 0, typed.stdout
    found = run(tree, "ruff", "check", "--no-cache", "src/rookery/providers/paper_plane", "tests")
    assert found.returncode == 0, found.stdout
    assert (
        run(
            tree, "ruff", "format", "--no-cache", "--check", "src/rookery/providers/paper_plane", "tests"
        ).returncode
        == 0
    )
