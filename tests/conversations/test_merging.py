"""Two contacts become one with all that hangs on them, whichever is kept, and two again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.http import Http404

from rookery import db, journal
from rookery.accounts.models import Account, AuditEntry
from rookery.conversations import access
from rookery.conversations.actions import erasing, merging, names, triage
from rookery.conversations.errors import Refused
from rookery.conversations.models import (
    Apart,
    Attachment,
    ChatLabel,
    Contact,
    ContactInbox,
    Conversation,
    GroupMember,
    Label,
    Merge,
    Message,
    Reaction,
    Receipt,
    Revision,
)
from tests.cast import Cast, make_number
from tests.conversations.talk import LID, NOON, NUMBER, OLD_NUMBER, only, owner, resolve, say, texts

GROUP = "120363041234567890@g.us"
THIRD = "5511940001234@s.whatsapp.net"


def two(cast: Cast) -> tuple[Contact, Contact]:
    """One person under two names, who wrote under both by turns."""
    for at, (chat, source) in enumerate([(NUMBER, "A0"), (LID, "B1"), (NUMBER, "A2"), (LID, "B3")]):
        say(cast, chat, source, at)
    return owner(NUMBER), owner(LID)


def merge(cast: Cast, keep: Contact, other: Contact) -> Merge:
    return merging.do_merge(cast.account.pk, keep.pk, other.pk, reason="agent", by=cast.admin)


def snapshot() -> dict[str, Any]:
    """Everything that a merge may touch, but what tells when and how often."""
    tables = (
        Contact, ContactInbox, Conversation, Message, Receipt, Reaction, Revision, Attachment, GroupMember, ChatLabel
    )  # fmt: skip
    found: dict[str, Any] = {
        model.__name__: sorted(model.objects.values_list(), key=lambda row: row[0])
        for model in tables
        if model not in (Contact, Conversation, Message)
    }
    found["Address"] = sorted(
        Contact.objects.filter(addresses__isnull=False).values_list("pk", "addresses__key")
    )
    plain: list[tuple[Any, tuple[str, ...]]] = [
        (Contact, ()), (Conversation, ("updated_ms",)), (Message, ("version",))
    ]  # fmt: skip
    for kind, without in plain:
        rows = kind.objects.order_by("pk").values()
        found[kind.__name__] = [{name: row[name] for name in row if name not in without} for row in rows]
    found["labels"] = sorted(Conversation.labels.through.objects.values_list("conversation_id", "label_id"))
    return found


def test_merge_joins_conversations_in_order_of_time(cast: Cast) -> None:
    keep, other = two(cast)
    assert Conversation.objects.count() == 2
    merge(cast, keep, other)
    conversation = only()
    assert texts(conversation) == ["A0", "B1", "A2", "B3"]
    assert conversation.contact_id == keep.pk
    assert conversation.unread_count == 4
    assert conversation.waiting_since == conversation.opened_at == NOON
    assert conversation.last_message_id is not None
    assert Message.objects.get(pk=conversation.last_message_id).content == "B3"
    assert set(Message.objects.values_list("author_id", "contact_inbox__contact_id")) == {(keep.pk, keep.pk)}


@pytest.mark.parametrize(
    ("first", "second"), [((NUMBER,), (LID,)), ((LID,), (NUMBER,)), ((OLD_NUMBER,), (LID,))]
)
def test_pair_that_is_revealed_makes_one_contact_and_undo_restores_both(
    cast: Cast, first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    say(cast, first, "ONE", 0)
    say(cast, second, "TWO", 1)
    before = snapshot()
    resolve(cast, NUMBER, LID)
    assert texts(only()) == ["ONE", "TWO"]
    assert Contact.objects.filter(merged_into__isnull=True).count() == 1
    assert owner(LID).phone == "+5521987650000"
    merging.do_undo(Merge.objects.get().pk, cast.admin)
    after = snapshot()
    for row in (*before["Contact"], *after["Contact"]):
        row.pop("phone")  # by now the number is known with its ninth digit
    for key in ("Contact", "Conversation", "Message", "Address"):
        assert after[key] == before[key]
    assert [texts(row) for row in Conversation.objects.order_by("display_id")] == [["ONE"], ["TWO"]]
    resolve(cast, NUMBER, LID)
    assert Conversation.objects.filter(merged_into__isnull=True).count() == 2, "they are two for good"


def test_undo_restores_every_row(cast: Cast) -> None:
    keep, other = _rich(cast)
    before = snapshot()
    done = merge(cast, keep, other)
    assert snapshot() != before
    merging.do_undo(done.pk, cast.admin)
    after = snapshot()
    for key, rows in before.items():
        assert after[key] == rows, key


@pytest.mark.parametrize("swap", [False, True])
def test_merge_whichever_is_kept_shows_the_same(cast: Cast, swap: bool) -> None:
    keep, other = _rich(cast)
    kept = other if swap else keep
    merge(cast, *((other, keep) if swap else (keep, other)))
    contact = Contact.objects.get(pk=kept.pk)
    assert (contact.name, contact.name_source, contact.push_name) == ("Ana Maria", "agent", "Newer")
    assert contact.custom_attributes == {"plan": "gold", "city": "Rio", "size": 3}
    assert (contact.email, contact.identifier, contact.phone) == (
        "ana@example.com",
        "crm-2",
        "+5521987650000",
    )
    assert (contact.blocked, contact.listed) == (True, True)
    conversation = Conversation.objects.get(contact=kept, merged_into__isnull=True)
    assert texts(conversation) == ["A0", "B1", "A2", "B3", "SAME"]
    assert conversation.display_id == 1
    assert conversation.team_id is None
    assert set(conversation.labels.values_list("title", flat=True)) == {"vip", "late"}
    assert list(ChatLabel.objects.values_list("labeled", "at")) == [(False, 9)]
    assert list(GroupMember.objects.values_list("present", "role", "contact_id")) == [
        (False, "admin", kept.pk)
    ]
    assert list(Receipt.objects.values_list("delivered_at", "read_at", "contact_id")) == [(5, 8, kept.pk)]
    fused = Message.objects.get(source_id="SAME")
    assert list(Reaction.objects.values_list("emoji", "contact_id", "message_id")) == [
        ("❤", kept.pk, fused.pk)
    ]
    assert Attachment.objects.get().state == "stored"
    assert Message.objects.get(source_id="B3").quoted_id == fused.pk
    assert fused.edited_at == NOON + 50


def _rich(cast: Cast) -> tuple[Contact, Contact]:
    """Two contacts with something of everything, and one message that came to both."""
    one, other = two(cast)
    with db.write():
        names.do_heard_push_name(one.pk, "Older", 10, "E1")
        names.do_heard_push_name(other.pk, "Newer", 20, "E2")
    names.do_set_agent_name(other, "Ana Maria")
    Contact.objects.filter(pk=one.pk).update(
        custom_attributes={"plan": "gold", "city": "Rio"}, email="ana@example.com"
    )
    Contact.objects.filter(pk=other.pk).update(
        custom_attributes={"plan": "none", "size": 3},
        email="old@example.com",
        identifier="crm-2",
        blocked=True,
    )
    say(cast, NUMBER, "SAME", 9)
    say(cast, LID, "SAME", 9)
    mine = Message.objects.get(source_id="SAME", author=one)
    twin = Message.objects.get(source_id="SAME", author=other)
    Message.objects.filter(source_id="B3").update(quoted_id=twin.pk, quoted_source_id="SAME")
    Message.objects.filter(pk=twin.pk).update(edited_at=NOON + 50, edited_event="E")
    Revision.objects.create(message=twin, content="SAME", at=NOON + 50, event_id="E")
    Reaction.objects.create(message=mine, contact=one, emoji="👍", at=1, event_id="R1")
    Reaction.objects.create(message=twin, contact=other, emoji="❤", at=2, event_id="R2")
    for message, state in ((mine, "failed"), (twin, "stored")):
        Attachment.objects.create(account=cast.account, message=message, kind="image", state=state)
    say(cast, GROUP, "OURS", 3, from_me=True)
    group = owner(GROUP)
    ours = Message.objects.get(source_id="OURS")
    Receipt.objects.create(message=ours, contact=one, delivered_at=5, read_at=9)
    Receipt.objects.create(message=ours, contact=other, delivered_at=6, read_at=8)
    GroupMember.objects.create(group=group, contact=one, present_at=3, role="admin", role_at=4)
    GroupMember.objects.create(group=group, contact=other, present=False, present_at=5)
    vip = Label.objects.create(account=cast.account, title="vip")
    late = Label.objects.create(account=cast.account, title="late")
    threads = {row.contact_id: row for row in Conversation.objects.filter(contact__in=(one, other))}
    threads[one.pk].labels.add(vip)
    threads[other.pk].labels.add(vip, late)
    for chat, labeled, at in ((one, True, 8), (other, False, 9)):
        inbox_row = ContactInbox.objects.get(contact=chat)
        ChatLabel.objects.create(
            channel=cast.channel, contact_inbox=inbox_row, label_id="4", labeled=labeled, at=at, event_id="L"
        )
    one.refresh_from_db()
    other.refresh_from_db()
    return one, other


def test_merge_in_a_group_makes_one_author_and_one_message(cast: Cast) -> None:
    say(cast, GROUP, "G1", 1, author=NUMBER)
    say(cast, GROUP, "G1", 1, author=LID)
    say(cast, GROUP, "G2", 2, author=LID)
    assert (Message.objects.count(), only().unread_count) == (3, 3)
    resolve(cast, NUMBER, LID)
    assert only().unread_count == 2
    assert list(Message.objects.order_by("at").values_list("source_id", "author_id")) == [
        ("G1", owner(NUMBER).pk),
        ("G2", owner(NUMBER).pk),
    ]
    merging.do_undo(Merge.objects.get().pk, cast.admin)
    assert (Message.objects.count(), only().unread_count) == (3, 3)


def test_merge_of_two_unresolved_keeps_the_one_with_an_assignee(cast: Cast) -> None:
    keep, other = two(cast)
    newer = Conversation.objects.get(contact=other)
    triage.do_assign(newer, cast.agent, by=cast.admin)
    merge(cast, keep, other)
    assert only().pk == newer.pk
    assert only().assignee_id == cast.agent.pk


def test_merge_keeps_resolved_conversations_as_they_are(cast: Cast) -> None:
    keep, other = two(cast)
    old = Conversation.objects.get(contact=other)
    triage.do_set_status(old, Conversation.Status.RESOLVED, by=cast.admin)
    merge(cast, keep, other)
    rows = Conversation.objects.filter(merged_into__isnull=True, contact=keep).order_by("display_id")
    assert [(row.status, texts(row)) for row in rows] == [("open", ["A0", "A2"]), ("resolved", ["B1", "B3"])]


@pytest.mark.parametrize(
    ("one", "other", "status"), [("snoozed", "pending", "pending"), ("snoozed", "open", "open")]
)
def test_merge_of_two_unresolved_is_as_urgent_as_the_more_urgent(
    cast: Cast, one: str, other: str, status: str
) -> None:
    pair = two(cast)
    for contact, state in zip(pair, (one, other), strict=True):
        Conversation.objects.filter(contact=contact).update(
            status=state, snoozed_until=NOON if state == "snoozed" else None
        )
    merge(cast, *pair)
    assert (only().status, only().snoozed_until) == (status, None)


@pytest.mark.parametrize("swap", [False, True])
def test_merge_keeps_the_advertisement_that_began_it(cast: Cast, swap: bool) -> None:
    for at, (chat, ad) in enumerate([(NUMBER, "second"), (LID, "first")]):
        say(cast, chat, ad, 5 - at, details={"referral": {"source_id": ad}})
    pair = (owner(NUMBER), owner(LID))
    merge(cast, *(reversed(pair) if swap else pair))
    assert only().additional_attributes["referral"] == {"source_id": "first"}


@pytest.mark.parametrize(("after_resolved", "count"), [("reopen", 1), ("one_thread", 1), ("new", 2)])
@pytest.mark.parametrize("chats", [(NUMBER, LID), (LID, NUMBER)])
def test_merge_takes_in_what_holds_old_messages_alone(
    cast: Cast, after_resolved: str, count: int, chats: tuple[str, str]
) -> None:
    cast.inbox.after_resolved = after_resolved
    cast.inbox.save()
    say(cast, chats[0], "OLD", -1000, origin="archive")
    say(cast, chats[1], "NEW", 0)
    done = merge(cast, owner(NUMBER), owner(LID))
    rows = Conversation.objects.filter(merged_into__isnull=True)
    assert rows.count() == count
    assert rows.exclude(status="resolved").get().unread_count == 1
    if count == 1:
        assert texts(only()) == ["OLD", "NEW"]
    merging.do_undo(done.pk, cast.admin)
    assert [(row.status, texts(row)) for row in Conversation.objects.order_by("display_id")] == [
        ("resolved", ["OLD"]), ("open", ["NEW"])
    ]  # fmt: skip


def test_merge_leaves_unread_what_nobody_read(cast: Cast) -> None:
    keep, other = two(cast)
    triage.do_mark_seen(Conversation.objects.get(contact=keep), by=cast.agent)
    merge(cast, keep, other)
    assert only().unread_count >= 2


def test_merge_moves_a_chat_to_an_inbox_where_the_kept_one_has_none(cast: Cast) -> None:
    channel, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "two")
    say(cast, NUMBER, "A")
    elsewhere = replace(cast, channel=channel, inbox=second)
    say(elsewhere, LID, "B")
    done = merge(cast, owner(NUMBER), owner(LID))
    keep = owner(LID)
    assert set(ContactInbox.objects.values_list("contact_id", "jid")) == {(keep.pk, NUMBER)}
    assert Conversation.objects.filter(contact=keep, merged_into__isnull=True).count() == 2
    say(elsewhere, [NUMBER, LID], "B2", 5)
    merging.do_undo(done.pk, cast.admin)
    assert texts(Conversation.objects.get(inbox=second)) == ["B", "B2"]
    assert Conversation.objects.get(inbox=second).contact == owner(LID)


def test_merged_conversation_answers_with_what_it_became_however_often(cast: Cast) -> None:
    keep, other = two(cast)
    say(cast, THIRD, "C")
    third = owner(THIRD)
    display = Conversation.objects.get(contact=third).display_id
    Conversation.objects.filter(contact=other).update(assignee=cast.agent)
    merge(cast, other, third)
    merge(cast, keep, other)
    assert access.conversation(cast.viewer(), display).pk == only().pk
    assert access.contact(cast.viewer(), third.pk).pk == keep.pk
    with pytest.raises(Http404):
        access.contact(cast.viewer(cast.outsider), third.pk)


def test_undo_gives_what_came_since_to_the_kept_contact(cast: Cast) -> None:
    keep, other = two(cast)
    Conversation.objects.filter(contact=other).update(assignee=cast.agent)  # the other's conversation stays
    done = merge(cast, keep, other)
    say(cast, [NUMBER, LID], "LATER", 9)
    assert texts(only())[-1] == "LATER"
    merging.do_undo(done.pk, cast.admin)
    assert texts(Conversation.objects.get(contact=keep)) == ["A0", "A2", "LATER"]
    assert texts(Conversation.objects.get(contact=other)) == ["B1", "B3"]
    assert list(Conversation.objects.order_by("display_id").values_list("unread_count", flat=True)) == [3, 2]


def test_undo_keeps_what_people_changed_since(cast: Cast) -> None:
    keep, other = two(cast)
    done = merge(cast, keep, other)
    triage.do_set_status(only(), Conversation.Status.RESOLVED, by=cast.agent)
    say(cast, NUMBER, "NEW", 20)
    names.do_set_agent_name(owner(NUMBER), "Ana")
    merging.do_undo(done.pk, cast.admin)
    assert Conversation.objects.filter(merged_into__isnull=False).count() == 0
    assert owner(NUMBER).name == "Ana"
    for contact in (owner(NUMBER), owner(LID)):
        unresolved = Conversation.objects.filter(contact=contact).exclude(status="resolved")
        assert unresolved.count() <= 1
    assert sorted(text for row in Conversation.objects.all() for text in texts(row)) == [
        "A0",
        "A2",
        "B1",
        "B3",
        "NEW",
    ]


def test_merges_are_undone_last_first(cast: Cast) -> None:
    keep, other = two(cast)
    say(cast, THIRD, "C")
    first = merge(cast, keep, other)
    second = merge(cast, keep, owner(THIRD))
    with pytest.raises(Refused, match="later_merge_first"):
        merging.do_undo(first.pk, cast.admin)
    merging.do_undo(second.pk, cast.admin)
    merging.do_undo(first.pk, cast.admin)
    assert [texts(row) for row in Conversation.objects.order_by("pk")] == [["A0", "A2"], ["B1", "B3"], ["C"]]
    with pytest.raises(Refused, match="already_undone"):
        merging.do_undo(first.pk, cast.admin)


def test_merge_moves_the_queue_in_its_order(cast: Cast) -> None:
    keep, other = two(cast)
    for number, contact in ((1, other), (2, keep), (3, other)):
        chat = ContactInbox.objects.get(contact=contact)
        Message.objects.create(
            account=cast.account,
            inbox=cast.inbox,
            channel=cast.channel,
            contact_inbox=chat,
            conversation=Conversation.objects.get(contact=contact),
            direction="out",
            state="sending" if number == 1 else "pending",
            via="rookery",
            content=str(number),
            at=NOON + 100,
            tie=f"~{number:015d}",
            queue_seq=number,
            owner="w" if number == 1 else "",
        )
    merge(cast, keep, other)
    queue = Message.objects.filter(contact_inbox__contact=keep, queue_seq__isnull=False).order_by("queue_seq")
    assert list(queue.values_list("content", "state", "owner")) == [
        ("1", "sending", "w"), ("2", "pending", ""), ("3", "pending", "")
    ]  # fmt: skip
    assert texts(only())[-3:] == ["1", "2", "3"]


def test_merge_and_undo_are_told_and_written_down(cast: Cast) -> None:
    keep, other = two(cast)
    since = journal.latest_id()
    done = merge(cast, keep, other)
    merging.do_undo(done.pk, cast.admin)
    actions = (
        AuditEntry.objects.filter(target_kind="contact").order_by("pk").values_list("action", "actor_id")
    )
    assert list(actions) == [("contact.merged", cast.admin.pk), ("contact.merge_undone", cast.admin.pk)]
    assert journal.latest_id() > since
    assert Account.objects.get(pk=cast.account.pk).identity_epoch >= 2
    assert Apart.objects.count() == 1
    assert merge(cast, keep, other).pk, "a person may join them all the same"
    assert not Apart.objects.exists()


def test_merge_carries_over_who_somebody_is_not(cast: Cast) -> None:
    keep, other = two(cast)
    third = resolve(cast, THIRD)
    with db.write():
        merging.do_set_apart(cast.account.pk, third, other.pk)
    done = merge(cast, keep, other)
    assert merging.are_apart(third, keep.pk)
    merging.do_undo(done.pk, cast.admin)
    assert merging.are_apart(third, other.pk)
    assert not merging.are_apart(third, keep.pk)


def test_merge_is_refused_where_it_makes_no_sense(cast: Cast) -> None:
    keep, other = two(cast)
    group = resolve(cast, GROUP, kind="group")
    stranger = Contact.objects.create(account=Account.objects.exclude(pk=cast.account.pk).get())
    for pair, word in (
        ((keep.pk, keep.pk), "same_contact"),
        ((keep.pk, group), "not_a_person"),
        ((keep.pk, stranger.pk), "other_account"),
        ((keep.pk, 10**9), "contact_gone"),
    ):
        with pytest.raises(Refused, match=word):
            merging.do_merge(cast.account.pk, *pair, reason="agent", by=cast.admin)
    merge(cast, keep, other)
    with pytest.raises(Refused, match="already_merged"):
        merge(cast, keep, other)


def test_preview_says_what_merging_does(cast: Cast) -> None:
    keep, other = _rich(cast)
    seen = merging.preview(other, keep)
    assert (seen.contacts, seen.name, seen.name_source) == ((keep.pk, other.pk), "Ana Maria", "agent")
    assert {kind for kind, _, _ in seen.addresses} == {"pn", "lid"}
    assert seen.conflicts == ("email", "plan")
    assert (seen.refused, seen.warnings) == ("", ())
    (inbox,) = seen.inboxes
    assert (inbox.name, inbox.messages, inbox.conversations) == ("Café Rookery", (3, 3), ((1,), (2,)))
    assert inbox.joined == (1, 2)
    merge(cast, keep, other)
    assert Conversation.objects.get(contact=keep, merged_into__isnull=True).display_id == inbox.joined[0]


def test_preview_warns(cast: Cast) -> None:
    pair = [Contact.objects.get(pk=resolve(cast, *texts)) for texts in ((NUMBER, LID), (THIRD, "1@lid"))]
    with db.write():
        merging.do_set_apart(cast.account.pk, pair[0].pk, pair[1].pk)
    assert merging.preview(*pair).warnings == ("two_lids", "two_numbers", "apart")
    assert merging.preview(pair[0], pair[0]).refused == "same_contact"


def test_undo_does_not_bring_back_what_was_erased(cast: Cast) -> None:
    keep, other = _rich(cast)
    Message.objects.filter(source_id="SAME").update(content="secret words")
    done = merge(cast, keep, other)
    conversation = Conversation.objects.get(contact=keep, merged_into__isnull=True)
    assert "secret words" not in json.dumps(done.moved)
    erasing.do_erase_message(Message.objects.get(source_id="SAME").pk, cast.admin)
    erasing.do_erase_message(Message.objects.get(source_id="B3").pk, cast.admin)
    merging.do_undo(done.pk, cast.admin)
    connection.check_constraints()
    assert texts(conversation) == ["A0", "A2"]
    assert texts(Conversation.objects.get(contact=other)) == ["B1"]
    assert not Message.objects.filter(source_id="SAME").exists()
