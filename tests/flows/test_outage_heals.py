"""The server is down for ten minutes, the gateway drops what happens meanwhile, and catch-up brings it back."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
import pytest

from rookery.sandbox import deeds
from rookery.sandbox.thread import SandboxThread
from rookery.sandbox.world import World
from tests.flows import story
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox

CHATS, BEFORE, DURING = 25, 4, 20
OUTAGE = 600
PICTURES, REACTIONS, EDITS = 20, 40, 30
COMPLETE = 60.0
"""Seconds after the start within which everything is there: the issue's own number."""

_ASK = """
import dataclasses, json
import django; django.setup()
from rookery.catchup import queries
from rookery.channels.models import Channel
found = queries.completeness(Channel.objects.get().pk)
print(json.dumps(dataclasses.asdict(found)))
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@dataclass
class Outage:
    """What happened while nobody listened."""

    began: int
    reactions: dict[str, str] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)
    pictures: set[str] = field(default_factory=set)


def test_everything_is_back_within_a_minute_in_order_and_without_a_storm(
    make_any_box: MakeBox, gateway: SandboxThread
) -> None:
    box = make_any_box()
    live_until_the_outage(box, gateway)
    outage = happen(gateway.world)
    last_fact = box.database.value("SELECT max(id) FROM journal_fact")
    started = time.monotonic()
    box.start()
    wait_until(lambda: not missing(box, gateway.world, outage), COMPLETE, "everything that was missed", 0.5)
    print(f"complete after {time.monotonic() - started:.1f} s")
    assert story.difference(story.on_phones(gateway.world), story.through_api(box.api())) == ""
    check_quiet(box, last_fact)
    wait_until(lambda: completeness(box)["running"] is None, 60, "the walk's end", 1.0)
    found = completeness(box)
    assert found["complete_until"] >= outage.began + OUTAGE
    assert found["unknown"] == []
    healed = [gap["healed"] for gap in found["gaps"]]
    assert sum(one["messages"] for one in healed) == CHATS * DURING + PICTURES
    assert sum(one["edits"] for one in healed) >= 1
    assert sum(one["reactions"] for one in healed) >= REACTIONS
    assert found["last_gap"]["away_from"] is None or found["last_gap"]["away_from"] <= time.time()


def test_a_worker_killed_again_and_again_in_the_middle_loses_and_doubles_nothing(
    make_any_box: MakeBox, gateway: SandboxThread
) -> None:
    box = make_any_box(settings={"CATCHUP_PER_SECOND": "2"})
    live_until_the_outage(box, gateway)
    outage = happen(gateway.world)
    box.start()
    known = len(stored(box))
    for share in (1, 3, 6):
        wait_until(partial(has_stored, box, known + 40 * share), 60, "a part of it", 0.02)
        box.kill_worker()
    wait_until(lambda: not missing(box, gateway.world, outage), 150, "everything that was missed", 0.5)
    assert len(stored(box)) == len(set(stored(box)))


def live_until_the_outage(box: Box, gateway: SandboxThread) -> None:
    """Some messages arrive as they should; then the server stops, complete until the outage begins.

    Ten minutes are not waited for: the number is made to look linked an hour ago and complete until then.
    """
    box.set_up(gateway.url)
    gateway.world.hook.url, gateway.world.hook.secret = box.webhook_url, box.secret
    box.start()
    now = int(time.time())
    story.tell(gateway.world, CHATS, BEFORE, now - OUTAGE - 300)
    gateway.settle(60)
    wait_until(lambda: len(stored(box)) == CHATS * BEFORE, 60, "the messages before the outage", 0.2)
    box.stop()
    execute(
        box,
        "UPDATE channels_channel SET created_at = ?, complete_until = ?",
        time.strftime(
            "%Y-%m-%d %H:%M:%S+00:00" if not box.database.is_sqlite else "%Y-%m-%d %H:%M:%S",
            time.gmtime(now - 3600),
        ),
        now - OUTAGE,
    )


def happen(world: World) -> Outage:
    """Ten minutes of sandbox time, up to now: 500 messages and more; the gateway gives up on each of them."""
    dice = random.Random(5)
    outage = Outage(int(time.time()) - OUTAGE)
    world.courier.behaviour.drop = True  # refused connections would come to the same, and take longer
    for turn in range(DURING):
        story.tell(world, CHATS, 1, outage.began + turn * (OUTAGE - 5) // (DURING - 1), seed=2 + turn)
    for number in range(PICTURES):
        phone = story.number(number % CHATS)
        at = outage.began + 100 + number * 20
        outage.pictures.add(world.say(phone, f"picture {number}", kind="image", at=at))
    everything = list(messages(world))
    for message in dice.sample([one for one in everything if not one.from_me], REACTIONS):
        deeds.react(world, world.contact(message.chat), message.id, "👍")
        outage.reactions[message.id] = "👍"
    theirs = [one for one in everything if not one.from_me and one.media is None]
    for message in dice.sample(theirs, EDITS):
        how = deeds.Edit(at=max(message.at + 2, outage.began + 10))
        deeds.edit(world, world.contact(message.chat), message.id, f"{message.text} (edited)", how=how)
        outage.edited.add(message.id)
    world.courier.behaviour.drop = False
    return outage


def messages(world: World) -> Iterator[Any]:
    for found in world.chats.values():
        yield from found


def missing(box: Box, world: World, outage: Outage) -> str:
    """The first thing that is not there yet; empty when all is."""
    difference = story.difference(story.on_phones(world), story.in_rows(box.database))
    if difference:
        return difference
    rows = box.database.rows(
        "SELECT m.source_id, r.emoji FROM conversations_reaction r JOIN conversations_message m ON m.id = r.message_id"
    )
    if set(rows) != set(outage.reactions.items()):
        return "reactions"
    query = "SELECT count(*) FROM conversations_attachment WHERE state = 'stored'"
    return "" if box.database.value(query) == PICTURES else "pictures"


def check_quiet(box: Box, after: int) -> None:
    """No message rang; each conversation was told of once."""
    rows = box.database.rows("SELECT kind, conversation_id, data FROM journal_fact WHERE id > ?", after)
    data = [(kind, where, json.loads(text) if isinstance(text, str) else text) for kind, where, text in rows]
    created = [one for kind, _, one in data if kind == "message.created"]
    assert len(created) == CHATS * DURING + PICTURES
    assert [one for one in created if one.get("ring")] == []
    told = [where for kind, where, _ in data if kind == "conversation.caught_up"]
    assert len(told) == len(set(told)) == CHATS


def has_stored(box: Box, count: int) -> bool:
    return len(stored(box)) >= count


def stored(box: Box) -> list[str]:
    return [str(found) for found in box.database.column("SELECT source_id FROM conversations_message")]


def completeness(box: Box) -> dict[str, Any]:
    """What pages show, asked in a process of the box's own settings."""
    environment = box.environment() | {"DJANGO_SETTINGS_MODULE": "rookery.settings.django"}
    done = subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def execute(box: Box, statement: str, *values: Any) -> None:
    """Change a row while nobody runs."""
    if box.database.is_sqlite:
        with (
            closing(sqlite3.connect(f"/{box.database.path.lstrip('/')}", timeout=20)) as connection,
            connection,
        ):
            connection.execute(statement, values)
        return
    with psycopg.connect(box.database.url) as server:
        server.execute(statement.replace("?", "%s").encode(), values)
