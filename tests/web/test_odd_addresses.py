"""Numbers and texts in addresses that no page of ours would write."""

from __future__ import annotations

import pytest
from django.test import Client

from rookery import journal
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast

NUMBERS = ("9" * 30, "9" * 5_000, str(2**63))


@pytest.mark.parametrize("number", NUMBERS, ids=["long", "endless", "just_too_large"])
def test_page_refuses_when_a_number_is_larger_than_any_key(cast: Cast, number: str) -> None:
    make.store(cast.channel, make.text_event("hello"))
    Processor().drain()
    client = Client()
    client.force_login(cast.admin)
    asked = [f"since={number}", f"since={journal.epoch()}-{number}", f"before={number}.x", f"around={number}"]
    found = [client.get(f"/conversations/1/messages?{query}").status_code for query in asked]
    assert found == [409, 409, 400, 404]


def test_place_is_refused_when_it_holds_a_nul(cast: Cast) -> None:
    make.store(cast.channel, make.text_event("hello"))
    Processor().drain()
    client = Client()
    client.force_login(cast.admin)
    assert client.get("/conversations/1/messages?before=1.%00").status_code == 400
