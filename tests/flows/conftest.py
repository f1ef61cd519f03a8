"""Boxes and gateways; each test gets its own and leaves nothing running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from rookery.sandbox.pace import Pace
from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests.flows.box import Box

MakeBox = Callable[..., Box]


@pytest.fixture(scope="session")
def installation(session_folder: Path) -> Path:
    """A data folder with database, administrator and agent, made once; for boxes on SQLite."""
    box = Box(session_folder / "installation")
    box.make_installation()
    return box.data


@pytest.fixture
def make_box(tmp_path: Path, installation: Path) -> Iterator[MakeBox]:
    """A box on SQLite with an installation but no number; options as `Box` has them."""
    with ExitStack() as stack:

        def make(**options: Any) -> Box:
            box = Box(tmp_path / "box", **options)
            stack.callback(box.close)
            box.copy_installation(installation)
            return box

        yield make


@pytest.fixture
def make_any_box(tmp_path: Path, database_url: str, request: pytest.FixtureRequest) -> Iterator[MakeBox]:
    """A box on the database that this run is about."""
    with ExitStack() as stack:

        def make(**options: Any) -> Box:
            url = "" if database_url.startswith("sqlite:") else database_url
            box = Box(tmp_path / "box", database_url=url, **options)
            stack.callback(box.close)
            if not url:
                box.copy_installation(request.getfixturevalue("installation"))
            return box

        yield make


@pytest.fixture
def gateway() -> Iterator[SandboxThread]:
    """A sandbox with the linked phone +15550000001, five times as fast as life."""
    world = World("v8", pace=Pace(people=0.2, retries=0.8))
    world.add_device()
    with SandboxThread(world) as running:
        yield running
