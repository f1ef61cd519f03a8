"""A number at a simulated gateway, in process; its pictures are stored in a folder of the test's own.

Django is not ready when this file is read, so its parts are imported inside the fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.media.conftest import bucket, media_folder

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.details.stage import Stage

__all__ = ["bucket", "media_folder"]


@pytest.fixture
def stage(transactional_db: None, cast: Cast) -> Stage:
    from tests.details.stage import Stage

    return Stage(cast)
