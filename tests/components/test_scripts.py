"""Rules for the scripts themselves: small, no inline anything, words from the page only."""

import re
from pathlib import Path

import pytest

from tests.components.stage import SCRIPTS

FILES = sorted(SCRIPTS.rglob("*.js"))
FORBIDDEN = {
    r"\beval\(|new Function|setTimeout\(\s*[\"'`]": "a string run as code",
    r"setAttribute\(\s*[\"'`](style|on\w+)": "an inline style or handler",
    r"\bstyle=|\bon(click|load|error)=\"": "an inline style or handler",
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write": "text made into markup",
    r"https?://(?!www\.w3\.org)": "an address of somebody else",
    r"\bconsole\.": "talking to nobody",
}


def name(file: Path) -> str:
    return file.relative_to(SCRIPTS).as_posix()


@pytest.mark.parametrize("file", FILES, ids=name)
def test_script_keeps_the_rules(file: Path) -> None:
    text = file.read_text()
    limit = 120 if file.parent.name == "elements" else 200
    assert len(text.splitlines()) <= limit
    for pattern, what in FORBIDDEN.items():
        if file.name == "fragments.js" and what == "text made into markup":
            continue
        assert not re.search(pattern, text), what


def test_every_element_is_loaded_and_every_model_used() -> None:
    imports = {
        (file.parent / target).resolve()
        for file in FILES
        for target in re.findall(r"from \"(\.[^\"]+)\"|import \"(\.[^\"]+)\"", file.read_text())
        for target in target
        if target
    }
    assert {file.resolve() for file in FILES} - imports == {(SCRIPTS / "app.js").resolve()}
    assert not [target for target in imports if not target.is_file()]


def test_every_attribute_of_an_element_is_in_the_docs() -> None:
    page = (SCRIPTS.parents[5] / "docs/rooms/web-js.md").read_text()
    for file in (SCRIPTS / "elements").glob("*.js"):
        text = file.read_text()
        tag = re.search(r"customElements\.define\(\"([^\"]+)\"", text)
        assert tag, file.name
        assert f"`{tag[1]}`" in page, tag[1]
        read = set(re.findall(r"this\.getAttribute\(\"([a-z-]+)\"\)", text)) - {"state"}
        assert {attribute for attribute in read if f"`{attribute}" not in page} == set(), file.name
