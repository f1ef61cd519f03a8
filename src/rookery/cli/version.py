"""`rookery version`."""

from __future__ import annotations

import argparse
import platform

import rookery
from rookery.cli import arguments


def add(commands: arguments.Commands) -> None:
    arguments.command(commands, "version", run, "print the version")


def run(options: argparse.Namespace) -> None:
    print(f"rookery {rookery.__version__} (Python {platform.python_version()})")
