"""Passwords from files and keyboards. Never from an argument: every user of the machine can read those."""

from __future__ import annotations

import getpass
import secrets
import sys
from pathlib import Path

from rookery.cli.failure import Failure

_SYLLABLES = ("ba", "do", "fe", "gi", "ka", "lu", "mo", "ne", "pa", "ri", "so", "tu", "va", "wi", "xe", "zo")


def from_file(name: str) -> str:
    """The first line of a file, `-` is standard input."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read the password file {name} ({type(error).__name__})") from error
    first = text.splitlines()[0].strip() if text.strip() else ""
    if not first:
        raise Failure(f"the password file {name} is empty")
    return first


def new(file: str | None) -> str:
    """A password to be set: from the file, or typed twice."""
    if file is not None:
        return from_file(file)
    if not sys.stdin.isatty():
        raise Failure("no password: give --password-file FILE (- reads standard input)")
    first = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != first:
        raise Failure("the two passwords differ")
    return first


def invented() -> str:
    """A password that can be read out: four groups of syllables, about 48 bits."""
    return "-".join("".join(secrets.choice(_SYLLABLES) for _ in range(3)) for _ in range(4))
