"""Callers of the cast. Django is not ready when this file is read: its parts are imported inside the fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rookery.conversations.models import Conversation
    from tests.api.caller import Caller
    from tests.cast import Cast


@pytest.fixture
def api(cast: Cast) -> Caller:
    """The administrator's program."""
    from tests.api.caller import Caller

    return Caller(cast.account, cast.admin)


@pytest.fixture
def agent(cast: Cast) -> Caller:
    """The agent's program: a member of the inbox."""
    from tests.api.caller import Caller

    return Caller(cast.account, cast.agent)


@pytest.fixture
def bystander(cast: Cast) -> Caller:
    """The program of an agent without the inbox."""
    from tests.api.caller import Caller

    return Caller(cast.account, cast.bystander)


@pytest.fixture
def outsider(cast: Cast) -> Caller:
    """The program of another account's administrator, which tries this account."""
    from tests.api.caller import Caller

    return Caller(cast.account, cast.outsider)


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    """An open conversation with one message of Bia's."""
    from tests.api import rows

    found = rows.chat(cast, "Bia", "5521987650000", lid="98765432101234@lid")
    rows.message(found, "hello")
    return found
