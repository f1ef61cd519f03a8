"""A media folder of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rookery.settings import conf

if TYPE_CHECKING:
    from rookery.conversations.models import Attachment
    from rookery.sandbox.world import World
    from tests.cast import Cast
    from tests.media.gateways import Gateways

_STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(autouse=True)
def media_folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Where stored files go. The disk of the machine may be as full as it likes."""
    folder = tmp_path / "media"
    options = {"location": folder, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options},
        "staticfiles": _STATIC,
    }
    with conf.override(DATA_DIR=tmp_path, MEDIA_MIN_FREE_PERCENT=0, MEDIA_MIN_FREE_MB=0):
        yield folder


@pytest.fixture
def bucket(tmp_path: Path, settings: Any) -> None:
    """A storage without paths, as a bucket is."""
    settings.STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": _STATIC,
    }


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def make(data: bytes) -> Path:
        path = tmp_path / "source"
        path.write_bytes(data)
        return path

    return make


def stored_files(folder: Path) -> list[Path]:
    """Everything in the media folder, finished or not."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def gateways() -> Gateways:
    """One gateway, with the cast's number."""
    from tests.media import gateways

    found = gateways.Gateways()
    found.add(gateways.MAIN)
    return found


@pytest.fixture
def world(gateways: Gateways) -> World:
    from tests.media.gateways import MAIN

    return gateways.worlds[MAIN]


@pytest.fixture
def wanted(cast: Cast) -> Attachment:
    """A picture that is to be fetched."""
    from tests.media import rows
    from tests.media.gateways import PATH

    return rows.attachment(rows.message(rows.conversation(cast)), PATH)
