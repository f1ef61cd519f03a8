"""The gateway says that it has read the phone's history: catching up hears of it."""

from __future__ import annotations

import pytest

from rookery.catchup import schedule
from rookery.journal.models import Fact
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast


@pytest.mark.django_db(transaction=True)
def test_it_becomes_a_fact_that_catching_up_reads(cast: Cast) -> None:
    body = make.body("history_sync_complete", {"sync_type": "RECENT", "timestamp": make.NOON})
    make.store(cast.channel, body, body)
    Processor().drain()
    fact = Fact.objects.get(kind=schedule.HISTORY_READY)
    assert fact.data["channel"] == cast.channel.pk
