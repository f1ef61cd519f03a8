"""Beginning a conversation from our side: one unresolved per chat, whoever asks."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from rookery.conversations.actions import opening
from rookery.conversations.actions.opening import Opening
from rookery.conversations.errors import Refused
from rookery.conversations.models import Contact, ContactInbox, Conversation, Inbox
from rookery.journal.models import Fact
from tests.sending.rows import Team, make_chat, make_group, make_team


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def chat(team: Team) -> Conversation:
    return make_chat(team, lid="98765432101234@lid")


def begin(team: Team, contact: Contact, opening_: Opening | None = None) -> Conversation:
    inbox = Inbox.objects.get(pk=team.inbox.pk)
    return opening.do_open_conversation(inbox, contact, by=team.user, opening=opening_ or Opening())


@pytest.mark.parametrize("status", ["open", "pending", "snoozed"])
def test_unresolved_one_is_answered_as_it_is(team: Team, chat: Conversation, status: str) -> None:
    Conversation.objects.update(status=status)
    found = begin(team, chat.contact, Opening(status="resolved", assignee=team.user))
    assert (found.pk, found.status, found.assignee_id) == (chat.pk, status, None)
    assert not Fact.objects.exists()


def test_new_one_takes_the_next_display_id(team: Team, chat: Conversation) -> None:
    Conversation.objects.update(status="resolved")
    found = begin(team, chat.contact, Opening(status="snoozed", snoozed_until=99, assignee=team.user))
    assert found.display_id == chat.display_id + 1
    assert (found.status, found.snoozed_until, found.assignee_id) == ("snoozed", 99, team.user.pk)
    fact = Fact.objects.get()
    assert (fact.kind, fact.conversation_id, fact.data["status"]) == (
        "conversation.created",
        found.pk,
        "snoozed",
    )


def test_new_one_may_be_resolved_from_the_start(team: Team, chat: Conversation) -> None:
    Conversation.objects.update(status="resolved")
    found = begin(team, chat.contact, Opening(status="resolved", snoozed_until=99))
    assert found.resolved_at is not None
    assert found.snoozed_until is None


def test_one_thread_is_reopened(team: Team, chat: Conversation) -> None:
    Inbox.objects.update(after_resolved="one_thread")
    Conversation.objects.update(status="resolved", resolved_at=5)
    found = begin(team, chat.contact)
    assert (found.pk, found.status, found.resolved_at) == (chat.pk, "open", None)
    assert Fact.objects.get().kind == "conversation.changed"


def test_contact_is_written_to_at_its_number_before_its_lid(team: Team, chat: Conversation) -> None:
    ContactInbox.objects.all().delete()
    found = begin(team, chat.contact)
    assert found.contact_inbox.jid == "5521987650000@s.whatsapp.net"
    chat.contact.addresses.filter(kind="pn").delete()
    ContactInbox.objects.all().delete()
    assert begin(team, chat.contact).contact_inbox.jid == "98765432101234@lid"


def test_group_is_written_to_at_its_own_address(team: Team) -> None:
    group = make_group(team, "120363041234567890")
    ContactInbox.objects.all().delete()
    assert begin(team, group.contact).contact_inbox.jid == "120363041234567890@g.us"


def test_opening_is_refused_when_nobody_knows_an_address(team: Team, chat: Conversation) -> None:
    ContactInbox.objects.all().delete()
    chat.contact.addresses.all().delete()
    with pytest.raises(Refused) as caught:
        begin(team, chat.contact)
    assert (caught.value.code, caught.value.field) == ("no_address", "contact_id")
    assert not Conversation.objects.exists()


def test_opening_is_refused_when_the_number_is_gone(team: Team, chat: Conversation) -> None:
    Inbox.objects.update(channel=None)
    with pytest.raises(Refused) as caught:
        begin(team, chat.contact)
    assert caught.value.code == "channel_missing"


@pytest.mark.django_db(transaction=True)
def test_one_conversation_is_made_when_two_threads_begin_at_once() -> None:
    team = make_team()
    chat = make_chat(team)
    Conversation.objects.update(status="resolved")
    gate, made = threading.Barrier(2), []

    def run() -> None:
        gate.wait()
        try:
            made.append(begin(team, Contact.objects.get(pk=chat.contact_id)).pk)
        finally:
            connection.close()

    runs = [threading.Thread(target=run) for _ in range(2)]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert len(made) == 2
    assert len(set(made)) == 1
    assert Conversation.objects.exclude(status="resolved").count() == 1
