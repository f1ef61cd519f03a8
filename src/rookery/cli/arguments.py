"""Arguments that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    Commands: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no other name
else:
    Commands = object

Run = Callable[[argparse.Namespace], int | None]


def command(commands: Commands, name: str, run: Run, words: str) -> argparse.ArgumentParser:
    """A command with its one-line description."""
    # No abbreviations: --password must not be taken for --password-file, and its value shown.
    described = words[0].upper() + words[1:] + "."
    made = commands.add_parser(name, help=words, description=described, allow_abbrev=False)
    made.set_defaults(run=run)
    return made


def data_dir(parser: argparse.ArgumentParser, default: str = "./data") -> None:
    parser.add_argument(
        "--data-dir", metavar="FOLDER", help=f"where Rookery keeps everything (default {default})"
    )


def address(parser: argparse.ArgumentParser) -> None:
    """`--host` and `--port`; None when not given by hand."""
    parser.add_argument("--port", type=port, help="port to listen on (default 8000)")
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")


def password_file(parser: argparse.ArgumentParser, whose: str) -> None:
    parser.add_argument("--password-file", metavar="FILE", help=f"file with {whose}, - reads standard input")


def port(text: str) -> int:
    """A port number; 0 is any free one."""
    if not text.isascii() or not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port number")
    return int(text)
