"""The `rookery` command: composition only. One small file for each command; each imports what it needs when it runs."""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    from rookery.cli.command_line import run

    return run(arguments)
