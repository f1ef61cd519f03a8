"""A simulated gateway beside the test, on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sending.line import Line


@pytest.fixture
def line(transactional_db: None) -> Iterator[Line]:
    from tests.sending.line import Line

    made = Line()
    yield made
    made.close()
