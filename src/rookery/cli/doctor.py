"""`rookery doctor`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from rookery.cli import arguments, start

if TYPE_CHECKING:
    from rookery.ops.doctor import Finding

_COLOURS = {"green": "32", "yellow": "33", "red": "31"}


def add(commands: arguments.Commands) -> None:
    made = arguments.command(
        commands, "doctor", run, "look at every part: green, yellow or red, with what to do"
    )
    made.add_argument("--json", action="store_true", help="for machines")
    arguments.data_dir(made)


def run(options: argparse.Namespace) -> int:
    """1 when anything is red."""
    start.read_options(options)
    start.django(quiet=True)
    from rookery.ops.doctor import Level, examine

    found = examine()
    is_red = any(finding.level is Level.RED for finding in found)
    print(_as_json(found, is_red) if options.json else _as_text(found))
    return 1 if is_red else 0


def _as_json(found: list[Finding], is_red: bool) -> str:
    rows = [
        {"part": one.part, "level": one.level.value, "words": one.words, "todo": one.todo} for one in found
    ]
    return json.dumps({"ok": not is_red, "findings": rows}, ensure_ascii=False, indent=2)


def _as_text(found: list[Finding]) -> str:
    colour = sys.stdout.isatty()
    lines = []
    for one in found:
        word = f"{one.level.value:<6}"
        if colour:
            word = f"\x1b[{_COLOURS[one.level.value]}m{word}\x1b[0m"
        lines.append(f"{word}  {one.part}: {one.words}")
        if one.todo:
            lines.append(f"        -> {one.todo}")
    return "\n".join(lines)
