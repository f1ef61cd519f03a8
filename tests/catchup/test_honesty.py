"""What nobody can know is said, and what is known is not called unknown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rookery.catchup import queries
from rookery.channels.models import DeviceState
from tests.catchup.desk import BIA, HOUR, Desk
from tests.catchup.test_differences import heard

pytestmark = pytest.mark.slow


def at(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def unknown(desk: Desk) -> list[tuple[int, int, str]]:
    found = queries.completeness(desk.channel.pk).unknown
    return [(one.since, one.until, one.reason) for one in found]


def test_a_record_that_begins_after_the_mark(desk: Desk) -> None:
    heard(desk, "before", 2_000)
    desk.world.chats.clear()  # another slot logged out and took the history with it
    desk.say("after", 600)
    desk.catch_up()
    assert unknown(desk) == [(desk.ago(HOUR // 2), desk.ago(600), "record_begins_later")]
    found = queries.completeness(desk.channel.pk).unknown[0]
    assert found.lost == ("receipts", "group_events", "call_events", "edits", "reactions", "revokes")
    desk.catch_up()
    assert len(unknown(desk)) == 1, "said once"


def test_a_record_that_is_empty(desk: Desk) -> None:
    heard(desk, "before", 2_000)
    desk.world.chats.clear()
    walk = desk.catch_up()
    assert unknown(desk) == [(desk.ago(HOUR // 2), walk.started_ms // 1000, "record_begins_later")]


def test_a_record_that_reaches_back_is_not_doubted(desk: Desk) -> None:
    heard(desk, "before", 2 * HOUR)
    desk.say("after", 600)
    desk.catch_up()
    assert unknown(desk) == []


def test_a_new_number_had_nothing_to_lose(desk: Desk) -> None:
    desk.say("first words", 600)
    desk.catch_up()
    assert unknown(desk) == []


def test_a_phone_that_was_linked_again(desk: Desk) -> None:
    heard(desk, "before", 2_000)
    DeviceState.objects.create(channel=desk.channel, state="logged_out", since=at(desk.ago(1_500)))
    DeviceState.objects.create(channel=desk.channel, state="connected", since=at(desk.ago(1_000)))
    desk.catch_up()
    assert unknown(desk) == [(desk.ago(1_500), desk.ago(1_000), "relinked")]


def test_the_mark_stays_while_the_phone_is_away(desk: Desk) -> None:
    """What WhatsApp keeps for the gateway may still come, with old times."""
    mark = desk.mark()
    desk.say("before it was lost", 900)
    desk.world.slots["demo"].connected = False
    walk = desk.catch_up()
    assert (walk.messages, desk.mark()) == (1, mark)


def test_the_mark_stays_for_a_while_after_the_phone_came_back(desk: Desk) -> None:
    mark = desk.mark()
    DeviceState.objects.create(channel=desk.channel, state="lost", since=at(desk.ago(600)))
    DeviceState.objects.create(channel=desk.channel, state="connected", since=at(desk.ago(5)))
    desk.catch_up()
    assert desk.mark() == mark
    assert queries.completeness(desk.channel.pk).asked == "settling"


def test_a_row_nobody_can_place_is_counted(desk: Desk) -> None:
    desk.say("no chat", 600, chat=None, number=BIA)
    found = desk.world.find_message("15550000001", desk.say("a list", 590))
    assert found is not None
    found.kind = "call"
    found.from_me = True
    walk = desk.catch_up()
    assert (walk.messages, walk.refused) == (1, 0)
