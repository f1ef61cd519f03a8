"""Browsers of the cast (without JavaScript), and a conversation to look at.

Django is not ready when this file is read, so its parts are imported inside the fixtures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import translation

if TYPE_CHECKING:
    from rookery.accounts.models import User
    from rookery.conversations.models import Conversation
    from tests.cast import Cast

Browse = Callable[["User"], Client]
Receive = Callable[..., "Conversation"]


@pytest.fixture(autouse=True)
def fresh_memory() -> Iterator[None]:
    """What the process remembers must not outlive a test's rows."""
    from rookery.web import bubbles
    from rookery.web.presenters import numbers

    bubbles.forget()
    numbers.forget()
    with translation.override("en"):
        yield
    bubbles.forget()
    numbers.forget()


@pytest.fixture
def browse(cast: Cast) -> Browse:
    """A signed-in browser of somebody."""

    def make_client(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make_client


@pytest.fixture
def browser(cast: Cast, browse: Browse) -> Client:
    """The agent's browser."""
    return browse(cast.agent)


@pytest.fixture
def receive(cast: Cast) -> Receive:
    """A customer's text arrives; answers its conversation."""
    from rookery.conversations.models import Conversation
    from rookery.processing.worker import Processor
    from tests import make

    def arrive(text: str = "hello", **more: Any) -> Conversation:
        make.store(cast.channel, make.text_event(text, **more))
        Processor().drain()
        return Conversation.objects.order_by("-last_activity_at", "-id")[0]

    return arrive


@pytest.fixture
def conversation(receive: Receive) -> Conversation:
    return receive("hello", from_name="Bia")
