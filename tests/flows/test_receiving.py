"""Customers' messages, wire to API, while the whole server is killed again and again."""

from __future__ import annotations

import json
import random
import threading
import time

import pytest

from rookery.sandbox.thread import SandboxThread
from tests import make
from tests.flows import story
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox
from tests.flows.gateway import Courier, Outcome, doubled, recorded

CHATS, EACH = 50, 20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def wait_answered(courier: Courier, count: int) -> None:
    wait_until(lambda: courier.answered >= count, 60, f"{count} deliveries", 0.005)


def kill_in_between(box: Box, courier: Courier, total: int) -> None:
    """Three deaths of different kinds, each followed by a start at once."""
    deaths = [(0.2, box.kill), (0.45, box.kill_web), (0.7, box.kill)]
    for share, kill in deaths:
        wait_answered(courier, int(share * total))
        kill()
        # The worker of a web process that was killed alone ends when it notices; the next start must not mind.
        box.start(wait=False)
        box.wait_ready()


def test_conversations_are_exact_when_everything_comes_twice_and_the_server_dies_three_times(
    make_any_box: MakeBox, gateway: SandboxThread
) -> None:
    """1,000 messages of 50 chats, each delivered twice, shuffled across chats."""
    start = int(time.time()) - 3600
    world, bodies = recorded(lambda world: story.tell(world, CHATS, EACH, start))
    assert len(bodies) == CHATS * EACH
    box = make_any_box()
    box.set_up(gateway.url)
    box.start()
    deliveries = doubled(bodies, seed=11)
    courier = Courier(box.webhook_url, box.secret)
    outcomes: list[Outcome] = []
    sending = threading.Thread(target=lambda: outcomes.extend(courier.deliver(deliveries, per_second=120)))
    sending.start()
    kill_in_between(box, courier, len(deliveries))
    sending.join(90)
    assert len(outcomes) == len(deliveries)
    assert [outcome.statuses for outcome in outcomes if not outcome.kept] == []
    assert any(len(outcome.statuses) > 1 for outcome in outcomes), (
        "nothing was under way when the server died"
    )
    box.wait_processed()
    expected = story.on_phones(world)
    assert story.difference(expected, story.in_rows(box.database)) == ""
    assert story.difference(expected, story.through_api(box.api())) == ""
    assert box.database.value("SELECT count(*) FROM conversations_conversation") == CHATS
    assert box.database.value("SELECT count(*) FROM intake_rawevent WHERE state = 2") == 0
    unread = sum(who == "contact" for lines in expected.values() for _id, who, _text in lines)
    assert box.database.value("SELECT sum(unread_count) FROM conversations_conversation") == unread


def flood_until_killed(box: Box, bodies: list[bytes], after: int) -> list[str]:
    """Deliver as fast as it goes, one try each, kill everything after so many answers; the texts that were answered 200."""
    courier = Courier(box.webhook_url, box.secret, at_once=32, pauses=(0.0,))
    outcomes: list[Outcome] = []
    sending = threading.Thread(target=lambda: outcomes.extend(courier.deliver(bodies)))
    sending.start()
    wait_answered(courier, after)
    box.kill()
    sending.join(60)
    kept = [outcome for outcome in outcomes if outcome.kept]
    assert 20 <= len(kept) < len(bodies), (
        f"{len(kept)} of {len(bodies)} answered: killed too early or too late"
    )
    return [json.loads(outcome.body)["payload"]["body"] for outcome in kept]


def test_whatever_was_answered_is_there_after_a_kill(make_any_box: MakeBox, gateway: SandboxThread) -> None:
    """No event comes twice here, so that no second copy can hide the loss of the first. The last time it is the spool."""
    box = make_any_box()
    box.set_up(gateway.url)
    dice, answered = random.Random(8), list[str]()
    for life in range(6):
        box.start()
        bodies = [
            make.text_event(f"{number} of life {life}", chat=f"1555777{number % 40:04d}")
            for number in range(4000)
        ]
        answered += flood_until_killed(box, bodies, dice.randint(40, 1200))
    box.start()
    with box.database.locked():
        bodies = [make.text_event(f"{number} to the spool", chat="15557770000") for number in range(4000)]
        answered += flood_until_killed(box, bodies, after=300)
    box.start()
    query = "SELECT content FROM conversations_message"
    # What waits in the spool is no stored event yet: ask for the messages themselves.
    wait_until(lambda: set(answered) <= set(box.database.column(query)), 60, "all that was answered", 0.5)
    box.wait_processed()
    texts = box.database.column(query)
    assert len(texts) == len(set(texts))
