"""Pages of messages: `before` goes by place, `after` by id, both together read one."""

from __future__ import annotations

from typing import Any

import pytest

from rookery.accounts.models import User
from rookery.conversations.models import Conversation, Label, Message
from tests.api import rows
from tests.api.caller import Caller
from tests.cast import Cast

NOON = rows.NOON


@pytest.fixture
def chat(cast: Cast) -> Conversation:
    return rows.chat(cast)


def texts(api: Caller, chat: Conversation, **query: Any) -> list[str]:
    payload = api.get(f"conversations/{chat.display_id}/messages", **query)["payload"]
    return [row["content"] for row in payload]


def write(chat: Conversation, many: int, start: int = 0) -> list[Message]:
    return [rows.message(chat, f"m{n}", NOON + n) for n in range(start, start + many)]


def test_newest_twenty_come_oldest_first_when_nothing_is_asked(api: Caller, chat: Conversation) -> None:
    write(chat, 25)
    assert texts(api, chat) == [f"m{n}" for n in range(5, 25)]


def test_before_goes_by_place_when_history_came_late(api: Caller, chat: Conversation) -> None:
    made = write(chat, 3, start=10)
    healed = rows.message(chat, "healed", NOON + 1)
    assert healed.pk > made[0].pk
    assert texts(api, chat, before=made[1].pk) == ["healed", "m10"]
    assert texts(api, chat, before=healed.pk) == []


def test_after_goes_by_id_so_that_a_poller_misses_nothing(api: Caller, chat: Conversation) -> None:
    made = write(chat, 3, start=10)
    rows.message(chat, "healed", NOON + 1)
    rows.message(chat, "newest", NOON + 50)
    assert texts(api, chat, after=made[-1].pk) == ["healed", "newest"]
    assert texts(api, chat, after=made[0].pk) == ["healed", "m11", "m12", "newest"]


def test_after_answers_the_hundred_that_follow(api: Caller, chat: Conversation) -> None:
    made = write(chat, 104)
    assert texts(api, chat, after=made[0].pk) == [f"m{n}" for n in range(1, 101)]


def test_paging_backwards_meets_every_message_once_when_ids_and_places_disagree(
    api: Caller, chat: Conversation
) -> None:
    for number in (9, 3, 30, 1, 25, 12, *range(40, 70), 2, 5):
        rows.message(chat, f"m{number}", NOON + number)
    seen: list[str] = []
    before: dict[str, int] = {}
    while True:
        payload = api.get(f"conversations/{chat.display_id}/messages", **before)["payload"]
        if not payload:
            break
        seen = [row["content"] for row in payload] + seen
        before = {"before": payload[0]["id"]}
    assert seen == [f"m{number}" for number in sorted([9, 3, 30, 1, 25, 12, *range(40, 70), 2, 5])]


def test_one_message_is_read_by_after_and_before(api: Caller, chat: Conversation) -> None:
    made = write(chat, 5)
    key = made[2].pk
    assert texts(api, chat, after=key, before=key + 1) == ["m2"]
    assert texts(api, chat, after=made[1].pk, before=made[4].pk) == ["m1", "m2", "m3"]


def test_before_an_unknown_id_goes_by_the_id(api: Caller, cast: Cast, chat: Conversation) -> None:
    write(chat, 2)
    other = rows.message(rows.chat(cast), "elsewhere", NOON)
    assert texts(api, chat, before=10**15 - 1) == ["m0", "m1"]
    assert texts(api, chat, before=other.pk) == ["m0", "m1"]
    assert texts(api, chat, before=-1) == []


def test_notes_and_activity_are_left_out_when_asked(api: Caller, chat: Conversation) -> None:
    write(chat, 1)
    rows.message(chat, "note", NOON + 1, direction="out", private=True, state="sent", source_id=None)
    rows.message(chat, "resolved", NOON + 2, direction="activity", source_id=None)
    assert texts(api, chat) == ["m0", "note", "resolved"]
    assert texts(api, chat, filter_internal_messages="true") == ["m0"]
    assert texts(api, chat, filter_internal_messages="false") == ["m0", "note", "resolved"]


def test_activity_is_of_type_two(api: Caller, chat: Conversation) -> None:
    rows.message(chat, "resolved", NOON, direction="activity", source_id=None)
    (found,) = api.get(f"conversations/{chat.display_id}/messages")["payload"]
    assert (found["message_type"], found["status"], "sender" in found) == (2, "sent", False)


def test_meta_says_who_and_when(api: Caller, cast: Cast, chat: Conversation) -> None:
    path = f"conversations/{chat.display_id}/messages"
    meta = api.get(path)["meta"]
    assert meta.keys() == {
        "labels", "additional_attributes", "contact", "agent_last_seen_at", "assignee_last_seen_at"
    }  # fmt: skip
    assert (meta["agent_last_seen_at"], meta["contact"]["type"]) == (None, "contact")
    chat.labels.add(Label.objects.create(account=cast.account, title="vip"))
    Conversation.objects.update(assignee=User.objects.get(pk=cast.agent.pk), agent_last_seen_at=NOON)
    meta = api.get(path)["meta"]
    assert (meta["labels"], meta["assignee"]["type"]) == (["vip"], "user")
    assert meta["agent_last_seen_at"] == "2026-03-04T12:00:00.000Z"
