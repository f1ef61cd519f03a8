"""docs/message-kinds.md shows every kind that its script makes, in every look, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools import message_kinds

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "message-kinds.md").read_text(encoding="utf-8")
NAMES = sorted(
    {
        re.sub(r"-(desktop|phone)-(light|dark)\.png$", "", one)
        for one in re.findall(r"images/kinds/([\w-]+\.png)", PAGE)
    }
)


def test_page_shows_what_the_script_says() -> None:
    said = {line.name for line in (*message_kinds.CHAT, *message_kinds.IN_GROUP)}
    assert said <= set(NAMES)
    made = {path.name for path in (DOCS / "images" / "kinds").iterdir()}
    assert made == {f"{name}-{look}.png" for name in NAMES for look in message_kinds.LOOKS}


@pytest.mark.parametrize("name", NAMES)
def test_pictures_are_small(name: str) -> None:
    for look in message_kinds.LOOKS:
        size = (DOCS / "images" / "kinds" / f"{name}-{look}.png").stat().st_size
        assert 200 < size <= message_kinds.LARGEST
