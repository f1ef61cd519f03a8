"""Agents' replies, API to the phones' screens, while the worker dies and the gateway misbehaves."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import pytest

from rookery.sandbox.faults import Fault
from rookery.sandbox.thread import SandboxThread
from tests.flows.box import Box, wait_until
from tests.flows.conftest import MakeBox
from tests.flows.story import number

CHATS, EACH = 25, 12
TROUBLE = 22.0
"""Seconds of faults and deaths."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

Bubble = tuple[str, str, str, str]
"""(text, state, WhatsApp's id, failure code) of a reply."""


@dataclass
class Trouble:
    """Kills the worker and orders faults at random moments until told to stop."""

    box: Box
    gateway: SandboxThread
    seed: int
    kills: int = 0
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)

    def _run(self) -> None:
        deadline = time.monotonic() + TROUBLE
        while time.monotonic() < deadline and not self._ended.wait(self._dice.uniform(0.3, 0.9)):
            if self._dice.random() < 0.35:
                self.kills += self.box.kill_worker()
            else:
                self._order(
                    self._dice.choice(("refuse", "reset", "status", "timeout_before", "timeout_after"))
                )

    def _order(self, mode: str) -> None:
        self.faults.append(mode)
        if mode == "refuse":
            loop = self.gateway._loop
            assert loop is not None
            loop.call_soon_threadsafe(self.gateway.server.refuse, self._dice.uniform(0.3, 1.2))
            return
        more: dict[str, Any] = {"status": 500, "message": "internal error"} if mode == "status" else {}
        fault = Fault(mode=mode, path="/send/", times=self._dice.randint(1, 2), **more)  # type: ignore[arg-type]
        self.gateway.world.faults.open.insert(0, fault)


def make_chats(box: Box, gateway: SandboxThread) -> dict[str, int]:
    """One conversation for each of the people, who wrote first: their number and its display id."""
    for chat in range(CHATS):
        gateway.world.add_contact(number(chat), f"Person {chat}", f"9000000{chat:06d}" if chat % 2 else None)
        gateway.world.say(number(chat), f"hello from {chat}")
    gateway.settle()
    query = "SELECT count(*) FROM conversations_conversation"
    wait_until(lambda: box.database.value(query) == CHATS, 30, "the first messages")
    found = box.api().conversations()
    return {found_one["meta"]["sender"]["phone_number"].lstrip("+"): found_one["id"] for found_one in found}


def post_all(box: Box, chats: dict[str, int], pause: float) -> Iterator[tuple[str, str]]:
    """Write EACH replies in every chat, some of them twice with the same reference: (number, text)."""
    api, dice = box.api(), random.Random(5)
    for turn in range(EACH):
        for phone, display_id in chats.items():
            text, ref = f"reply {turn:02d} to {phone[-3:]}", str(uuid.uuid4())
            first = api.post(display_id, text, ref)
            if dice.random() < 0.1:
                assert api.post(display_id, text, ref)["id"] == first["id"]
            yield phone, text
            time.sleep(pause)


def bubbles(box: Box) -> list[Bubble]:
    query = (
        "SELECT content, state, coalesce(source_id, ''), failure_code FROM conversations_message"
        " WHERE direction = 'out' ORDER BY id"
    )
    return [(text, state, source_id, code) for text, state, source_id, code in box.database.rows(query)]


def on_screens(gateway: SandboxThread, chats: dict[str, int]) -> dict[str, list[tuple[str, str]]]:
    """What every phone shows of us: (text, id), in order."""
    return {
        phone: [(shown["text"], shown["id"]) for shown in gateway.world.screen(phone) if not shown["from_me"]]
        for phone in chats
    }


def unsettled(box: Box, shown: set[str]) -> list[str]:
    """What still has to come to its end: waiting ones, and uncertain ones whose proof a phone shows."""
    return [
        text for text, state, _id, _code in bubbles(box)
        if state in {"pending", "sending"} or (state == "uncertain" and text in shown)
    ]  # fmt: skip


def test_replies_arrive_once_or_say_why_not_when_the_worker_dies_and_the_gateway_fails(
    make_any_box: MakeBox, gateway: SandboxThread
) -> None:
    """300 replies; an uncertain one holds its chat for four seconds here instead of 75."""
    box = make_any_box(hooks={"hold": 4000, "lease": 6000})
    box.set_up(gateway.url)
    gateway.world.hook.url, gateway.world.hook.secret = box.webhook_url, box.secret
    box.start()
    chats = make_chats(box, gateway)
    # Each send takes a while, so that deaths and faults find some under way.
    gateway.world.faults.add(Fault(mode="slow", path="/send/", times=1_000_000, seconds=0.04))
    with Trouble(box, gateway, seed=3) as trouble:
        posted = list(post_all(box, chats, pause=0.05))
        trouble._thread.join(TROUBLE)
    assert trouble.kills >= 3, trouble
    assert set(trouble.faults) == {"refuse", "reset", "status", "timeout_before", "timeout_after"}
    shown = {text for lines in on_screens(gateway, chats).values() for text, _id in lines}
    wait_until(lambda: not unsettled(box, shown), 100, "every reply to come to an end", 0.5)
    assert box.metric("rookery_sends_uncertain_total") >= 5, "too few sends met a fault or a death"
    check(box, gateway, chats, posted)


def check(box: Box, gateway: SandboxThread, chats: dict[str, int], posted: list[tuple[str, str]]) -> None:
    screens, found = on_screens(gateway, chats), bubbles(box)
    assert len(found) == len(posted) == CHATS * EACH
    assert sorted(text for text, *_ in found) == sorted(text for _phone, text in posted)
    count = {text: 0 for _phone, text in posted}
    ids: dict[str, str] = {}
    for lines in screens.values():
        for text, source_id in lines:
            count[text] += 1
            ids[text] = source_id
    for text, state, source_id, code in found:
        if state in {"sent", "delivered", "read"}:
            assert (count[text], ids[text]) == (1, source_id), f"{text} is {state}"
        else:
            assert state in {"failed", "uncertain"}, f"{text} is {state}"
            assert code, f"{text} is {state} without a reason"
            assert count[text] <= 1, f"{text} is {state} and was shown {count[text]} times"
    arrived = sum(count.values())
    assert arrived >= 0.6 * len(posted), f"only {arrived} arrived: the faults drowned the flow"
    for phone, lines in screens.items():
        order = [text for to, text in posted if to == phone and count[text]]
        assert [text for text, _id in lines] == order, f"order on {phone[-4:]}"
