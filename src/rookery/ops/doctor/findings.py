"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """green: well. yellow: works, but look. red: something does not work."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """`part` names what was looked at, `words` what was found, `todo` what to type or change ("" when green)."""

    part: str
    level: Level
    words: str
    todo: str = ""


def green(part: str, words: str) -> Finding:
    return Finding(part, Level.GREEN, words)


def yellow(part: str, words: str, todo: str) -> Finding:
    return Finding(part, Level.YELLOW, words, todo)


def red(part: str, words: str, todo: str) -> Finding:
    return Finding(part, Level.RED, words, todo)
