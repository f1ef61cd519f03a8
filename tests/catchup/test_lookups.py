"""Messages that come empty are looked up shortly after."""

from __future__ import annotations

import pytest

from rookery.catchup import lookups, schedule
from rookery.catchup.models import Lookup, Pulse, Walk
from tests import make
from tests.catchup.desk import BIA, Desk, message, wait_until
from tests.catchup.test_differences import stamp

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "LOOKUP_MS", 0)


def start(desk: Desk) -> None:
    """An engine that has nothing else to do any more."""
    desk.engine()
    wait_until(lambda: Walk.objects.filter(state="done").exists())
    wait_until(lambda: Pulse.objects.filter(fact_id__gt=0).exists())


def arrive_empty(desk: Desk, source_id: str, ago: int) -> None:
    payload = {
        "id": source_id, "chat_id": f"{BIA}@s.whatsapp.net", "from": f"{BIA}@s.whatsapp.net", "is_from_me": False,
        "timestamp": stamp(desk.ago(ago)),
    }  # fmt: skip
    desk.hear(make.body("message", payload))


def questions(desk: Desk) -> int:
    return Lookup.objects.filter(due_ms__isnull=False).count()


def test_an_answer_by_button_gets_its_text(desk: Desk) -> None:
    desk.hear(make.text_event("hello", at=stamp(desk.ago(700))))
    start(desk)
    said = desk.say("Yes, please", 3)
    arrive_empty(desk, said, 3)
    wait_until(lambda: message(said).kind == "text")
    assert (message(said).content, message(said).details.get("answer")) == ("Yes, please", True)
    wait_until(lambda: questions(desk) == 0)


def test_what_has_no_text_anywhere_is_asked_a_few_times_and_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "AGAIN_MS", (0, 0))
    desk.hear(make.text_event("hello", at=stamp(desk.ago(700))))
    start(desk)
    arrive_empty(desk, make.source_id(), 3)
    wait_until(lambda: Lookup.objects.filter(due_ms__isnull=True).exists())
    found = Lookup.objects.get()
    assert (found.tries, found.message.kind) == (3, "unsupported")
    schedule.do_look()
    assert questions(desk) == 0


def test_a_text_of_somebody_else_under_the_same_id_is_not_taken(desk: Desk) -> None:
    desk.hear(make.text_event("hello", at=stamp(desk.ago(700))))
    start(desk)
    said = desk.world.phone_say(BIA, "ours", at=desk.ago(3))
    arrive_empty(desk, said, 3)
    wait_until(lambda: Lookup.objects.filter(tries__gt=0).exists())
    assert message(said).kind == "unsupported"


def test_a_gateway_in_trouble_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "AGAIN_MS", (0, 0))
    desk.hear(make.text_event("hello", at=stamp(desk.ago(700))))
    start(desk)
    desk.fault("status", "/chat/", times=1, status=500, code="INTERNAL_SERVER_ERROR", message="panic")
    said = desk.say("Yes, please", 3)
    arrive_empty(desk, said, 3)
    wait_until(lambda: message(said).kind == "text")
