"""Reactions, edits, revokes and deletions: who may, what shows, and that order does not matter."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from rookery import db
from rookery.conversations.actions import group_life
from rookery.conversations.actions.group_life import Member
from rookery.conversations.models import Address, Message, PendingChange, Reaction
from rookery.processing.worker import Processor
from rookery.telemetry import metrics
from tests import make
from tests.cast import Cast
from tests.convergence.people import BIA, CAIO, HUGO, IVO, START, TEAM, Person, common, ours

DORA = Person("Dora", "351912345678", "11122233344455")


def process(cast: Cast, *bodies: bytes) -> None:
    make.store(cast.channel, *bodies)
    Processor().drain()


def say(who: Person, id: str, second: int = 0, *, form: str = "pn", group: str = "", **more: Any) -> bytes:
    return make.body("message", common(who, form, second, id, group=group, **{"body": f"text {id}", **more}))


def write(to: Person | str, id: str, second: int = 0) -> bytes:
    return make.body("message", ours(to, "pn", second, id, body=f"ours {id}"))


def react(who: Person, target: str, emoji: str, second: int, *, form: str = "pn", group: str = "") -> bytes:
    extra = {"reacted_message_id": target}
    payload = common(who, form, second, f"R{second}{who.name}", group=group, **extra)
    return make.body("message.reaction", {**payload, "reaction": emoji})


def edit(
    who: Person, target: str, text: str | None, second: int, *, form: str = "pn", group: str = ""
) -> bytes:
    extra = {"original_message_id": target, **({"body": text} if text is not None else {})}
    return make.body("message.edited", common(who, form, second, f"E{second}", group=group, **extra))


def revoke(who: Person, target: str, second: int, *, form: str = "pn", group: str = "") -> bytes:
    extra = {"revoked_message_id": target, "revoked_from_me": True}
    return make.body("message.revoked", common(who, form, second, f"D{second}", group=group, **extra))


def life(change: str, who: Person, second: int, *, form: str = "pn") -> bytes:
    payload = {"chat_id": TEAM, "type": change, "jids": [who.jids(form)[0]]}
    return make.body("group.participants", payload, timestamp=f"2026-03-04T12:00:{second:02d}Z")


def message(id: str = "M") -> Message:
    return Message.objects.get(source_id=id)


def shown(id: str = "M") -> list[tuple[str | None, str]]:
    rows = Reaction.objects.filter(message__source_id=id).exclude(emoji="").select_related("contact")
    return sorted((row.contact.name if row.contact else "", row.emoji) for row in rows)


def refused(kind: str) -> float:
    return float(metrics.claims_refused.labels(kind=kind)._value.get())


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_newest_emoji_shows_whatever_came_first(cast: Cast, order: tuple[int, ...]) -> None:
    events = [write(BIA, "M"), react(BIA, "M", "👍", 1), react(BIA, "M", "❤️", 2)]
    process(cast, *(events[position] for position in order))
    assert shown() == [("Bia", "❤️")]
    assert not PendingChange.objects.exists()


def test_withdrawn_reaction_is_gone_and_an_older_one_does_not_bring_it_back(cast: Cast) -> None:
    process(cast, write(BIA, "M"), react(BIA, "M", "", 2), react(BIA, "M", "👍", 1))
    assert shown() == []


def test_several_people_and_we_react_in_a_group(cast: Cast) -> None:
    own = {**ours(TEAM, "", 3, "R3"), "reaction": "🎉", "reacted_message_id": "M"}
    process(cast, write(TEAM, "M"), react(BIA, "M", "👍", 1, group=TEAM), react(CAIO, "M", "😂", 2, group=TEAM),
            make.body("message.reaction", own))  # fmt: skip
    assert shown() == [("", "🎉"), ("Bia", "👍"), ("Caio", "😂")]


@pytest.mark.django_db(transaction=True)  # counted once it is committed
def test_strangers_reaction_changes_nothing_and_is_counted(cast: Cast) -> None:
    before = refused("reaction")
    process(cast, write(BIA, "M"), react(IVO, "M", "💩", 1))
    assert shown() == []
    assert refused("reaction") == before + 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_newest_edit_shows_and_every_version_is_kept(cast: Cast, order: tuple[int, ...]) -> None:
    events = [say(BIA, "M"), edit(BIA, "M", "second", 1), edit(BIA, "M", "third", 2)]
    process(cast, *(events[position] for position in order))
    found = message()
    assert (found.content, found.edited_at, found.edited_event) == ("third", START + 2, "E2")
    versions = found.revisions.order_by("at").values_list("event_id", "content")
    assert list(versions) == [("", "text M"), ("E1", "second"), ("E2", "third")]


def test_edit_twice_is_one_version(cast: Cast) -> None:
    process(cast, say(BIA, "M"), edit(BIA, "M", "second", 1))
    process(cast, edit(BIA, "M", "second", 1).replace(b'"from_name":"Bia"', b'"from_name":"B"'))
    assert message().revisions.count() == 2


def test_caption_that_changed_to_nobody_knows_what_keeps_its_text(cast: Cast) -> None:
    process(cast, say(BIA, "M"), edit(BIA, "M", None, 1))
    found = message()
    assert (found.content, found.edited_at) == ("text M", START + 1)


@pytest.mark.django_db(transaction=True)  # counted once it is committed
def test_edit_by_anybody_but_the_author_changes_nothing(cast: Cast) -> None:
    before = refused("edit")
    process(cast, say(BIA, "M"), write(BIA, "OURS"), say(BIA, "G", group=TEAM))
    process(
        cast,
        edit(IVO, "M", "forged", 1),
        edit(BIA, "OURS", "forged", 2),
        edit(IVO, "G", "forged", 3, group=TEAM),
    )
    assert not Message.objects.filter(content="forged").exists()
    assert refused("edit") == before + 3
    assert PendingChange.objects.count() == 3


def test_edit_by_a_lid_waits_until_the_lid_is_explained(cast: Cast) -> None:
    process(cast, say(DORA, "M", group=TEAM), edit(DORA, "M", "edited", 1, form="lid", group=TEAM))
    assert message().content == "text M"
    process(cast, say(DORA, "N", 2, form="both"))
    assert message().content == "edited"
    assert not PendingChange.objects.exists()


def test_author_hides_a_message_whose_text_is_kept(cast: Cast) -> None:
    process(cast, revoke(BIA, "M", 1), say(BIA, "M"))
    found = message()
    assert (found.content, found.revoked_at, found.revoked_by) == ("text M", START + 1, found.author)


def test_customer_cannot_delete_ours(cast: Cast) -> None:
    process(cast, write(BIA, "M"), revoke(BIA, "M", 1))
    assert message().revoked_at is None


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_admin_deletes_what_others_wrote_whatever_came_first(cast: Cast, order: tuple[int, ...]) -> None:
    events = [say(BIA, "M", group=TEAM), life("promote", HUGO, 5), revoke(HUGO, "M", 9, group=TEAM)]
    process(cast, *(events[position] for position in order))
    found = message()
    assert found.revoked_at == START + 9
    assert found.revoked_by is not None
    assert found.revoked_by.addresses.filter(key=HUGO.pn).exists()
    assert found.revoked_by.name == ""  # a claim that may be taken back names nobody


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_admin_of_yesterday_deletes_nothing_whatever_came_first(cast: Cast, order: tuple[int, ...]) -> None:
    events = [say(BIA, "M", group=TEAM), life("promote", HUGO, 5), life("demote", HUGO, 7),
              revoke(HUGO, "M", 9, group=TEAM)]  # fmt: skip
    process(cast, *(events[position] for position in order))
    assert message().revoked_at is None


def test_unknown_role_waits_for_the_roster(cast: Cast) -> None:
    process(cast, say(BIA, "M", group=TEAM), say(HUGO, "N", group=TEAM), revoke(HUGO, "M", 9, group=TEAM))
    assert message().revoked_at is None
    group = Address.objects.get(kind="group").contact_id
    hugo = Address.objects.get(key=HUGO.pn).contact_id
    with db.write():
        group_life.do_roster(cast.account.pk, group, [Member(hugo, "member")], START + 20)
    assert message().revoked_at is None
    with db.write():
        group_life.do_roster(cast.account.pk, group, [Member(hugo, "admin")], START + 30)
    assert message().revoked_at == START + 9


def test_our_phone_deletes_anything_in_a_group(cast: Cast) -> None:
    own = {**ours(TEAM, "", 4, "D4"), "revoked_message_id": "M", "revoked_from_me": False}
    process(cast, say(BIA, "M", group=TEAM), make.body("message.revoked", own))
    assert (message().revoked_at, message().revoked_by) == (START + 4, None)


@pytest.mark.parametrize("first", [True, False])
def test_message_that_our_phone_hid_says_so(cast: Cast, first: bool) -> None:
    hidden = make.body("message.deleted", {
        "deleted_message_id": "M", "timestamp": "2026-03-04T12:00:08Z", "from": "", "was_from_me": False,
        "chat_id": BIA.jids("pn")[0], "original_content": "x", "original_sender": BIA.jids("pn")[0],
        "original_timestamp": make.NOON,
    })  # fmt: skip
    events = [say(BIA, "M"), hidden]
    process(cast, *(events if first else reversed(events)))
    assert (message().hidden_at, message().content) == (START + 8, "text M")


def test_id_used_twice_in_one_group_is_two_messages_each_with_its_author(cast: Cast) -> None:
    process(cast, say(BIA, "M", group=TEAM), react(CAIO, "M", "👍", 3, group=TEAM))
    process(cast, say(HUGO, "M", 1, group=TEAM), edit(HUGO, "M", "by Hugo", 4, group=TEAM))
    rows = Message.objects.filter(source_id="M").order_by("at")
    assert [row.content for row in rows] == ["text M", "by Hugo"]
    assert [row.reactions.count() for row in rows] == [1, 1]


def test_claim_about_nothing_waits(cast: Cast) -> None:
    process(cast, react(BIA, "NEVER", "👍", 1), react(BIA, "NEVER", "👍", 1))
    assert PendingChange.objects.get().claimant_pn == "552187650000"
