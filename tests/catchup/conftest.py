"""A gateway with a record, a team on it, and an engine. Rows are imported late: Django is not set up here yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.catchup.desk import Desk


@pytest.fixture
def desk(transactional_db: None) -> Iterator[Desk]:
    """A number linked an hour ago, complete until half an hour ago; Bia and a group are known to the gateway."""
    from rookery.settings import conf
    from tests.catchup.desk import Desk

    with conf.override(CATCHUP_PER_SECOND=10_000.0):
        made = Desk()
        yield made
        made.close()
