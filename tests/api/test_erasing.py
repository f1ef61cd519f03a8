"""Contacts and conversations erased by a program."""

from __future__ import annotations

import pytest

from rookery.accounts.models import AuditEntry
from rookery.conversations.models import Contact, Conversation, Message, Tombstone
from tests.api.caller import Caller, refusal

pytestmark = pytest.mark.django_db


def test_contact_goes_when_an_administrator_deletes_it(api: Caller, conversation: Conversation) -> None:
    path = f"contacts/{conversation.contact_id}"
    answer = api.send("DELETE", path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert not Contact.objects.filter(pk=conversation.contact_id).exists()
    assert not Message.objects.exists()
    assert Tombstone.objects.exists()
    assert AuditEntry.objects.get(action="contact.erased").actor == api.user
    refusal(api.send("DELETE", path), 404)


def test_conversation_goes_when_an_administrator_deletes_it(api: Caller, conversation: Conversation) -> None:
    answer = api.send("DELETE", f"conversations/{conversation.display_id}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert not Conversation.objects.exists()
    assert Contact.objects.filter(pk=conversation.contact_id).exists()


def test_agent_is_refused_and_nothing_goes(agent: Caller, conversation: Conversation) -> None:
    for path in (f"contacts/{conversation.contact_id}", f"conversations/{conversation.display_id}"):
        said = refusal(agent.send("DELETE", path), 401)
        assert said == {"error": "You are not authorized to do this action"}
    assert Message.objects.exists()


def test_nothing_goes_while_a_message_is_being_sent(api: Caller, conversation: Conversation) -> None:
    Message.objects.update(direction="out", state="sending")
    said = refusal(api.send("DELETE", f"conversations/{conversation.display_id}"))
    assert "being sent" in said["error"]
    assert Message.objects.exists()
