"""The docs say what the code does: settings, metrics, rooms, dependencies, version."""

import re
import tomllib
from pathlib import Path

import pytest

import rookery
from rookery.settings import SETTINGS
from rookery.telemetry import metrics
from tools import settings_page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "rookery"


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def documented() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| `ROOKERY_(\w+)` \| (.*?) \| (.*) \|$", read("docs/settings.md"), re.MULTILINE)
    return {name: (default, text) for name, default, text in rows}


def test_settings_page_and_table_hold_the_same_rows() -> None:
    assert documented() == {
        row.name: (settings_page.default(row), row.help.replace("|", "\\|")) for row in SETTINGS
    }


@pytest.mark.parametrize("name", [row.name for row in SETTINGS])
def test_every_setting_is_read_somewhere(name: str) -> None:
    # `list` and `is_set` are asked by name as well.
    asked = re.compile(
        rf"\.(?:str|int|float|bool|path|list|is_set)\(\s*[\"']{name}[\"']|^    [\"']{name}[\"'],",
        re.MULTILINE,
    )
    files = [path for path in SOURCE.rglob("*.py") if path.name != "table.py"]
    assert any(asked.search(path.read_text(encoding="utf-8")) for path in files)


def test_every_metric_is_on_the_telemetry_page() -> None:
    page = read("docs/rooms/telemetry.md")
    names = re.findall(r"^# TYPE (\S+)", metrics.render().decode(), re.MULTILINE)
    ours = {
        name
        for name in names
        if name.startswith(("rookery_", "whatsapp_web_")) and not name.endswith("_created")
    }
    ours |= {"whatsapp_web_inbox_created"}
    assert [name for name in sorted(ours) if f"`{name}" not in page] == []


def test_every_room_has_a_page_of_at_most_a_hundred_lines() -> None:
    rooms = [path.parent.name for path in SOURCE.glob("*/__init__.py") if path.parent.name != "bridges"]
    assert [room for room in sorted(rooms) if not (DOCS / "rooms" / f"{room}.md").exists()] == []
    long = [path.name for path in (DOCS / "rooms").glob("*.md") if len(path.read_text().splitlines()) > 100]
    assert long == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    for extra in project["project"]["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[\[<>=;! ]", text)[0].lower() for text in wanted}
    page = read("docs/dependencies.md").lower()
    assert sorted(name for name in names if f"| `{name}`" not in page) == []


def test_changelog_starts_with_what_is_being_made() -> None:
    first = re.search(r"^## (.*)$", read("CHANGELOG.md"), re.MULTILINE)
    assert first is not None
    assert rookery.__version__ in first[1]


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not target.startswith(("http:", "https:", "mailto:"))
    ]
    assert [f"{page.name} -> {target}" for page, target in links if not (page.parent / target).exists()] == []
