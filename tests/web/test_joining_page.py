"""Joining contacts by hand: proposed, looked at, done, taken back; administrators alone."""

from __future__ import annotations

import pytest
from django.test import Client

from rookery.accounts.models import User
from rookery.conversations.models import Address, Apart, Contact, Conversation, Merge
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)
LID = "98765432101234@lid"


@pytest.fixture
def two(cast: Cast) -> tuple[Contact, Contact]:
    """Bia by her number, and somebody by a private id."""
    make.store(
        cast.channel,
        make.text_event("by number", from_name="Bia"),
        make.text_event("by private id", chat=LID, chat_lid=LID, from_lid=LID, from_name="Bia N"),
    )
    Processor().drain()
    return Contact.objects.get(phone="+5521987650000"), Address.objects.get(kind="lid").contact


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_looked_at_joined_and_taken_back(cast: Cast, two: tuple[Contact, Contact], client: Client) -> None:
    one, other = two
    signed_in(client, cast.admin)
    found = client.get(f"/contacts/{one.pk}/candidates?q=Bia").content.decode()
    assert f"/contacts/{one.pk}/join/{other.pk}" in found
    look = client.get(f"/contacts/{one.pk}/join/{other.pk}").content.decode()
    assert LID in look
    assert "2 messages" in look
    assert "become one." in look
    assert Merge.objects.count() == 0
    client.post(f"/contacts/{one.pk}/join/{other.pk}")
    merge = Merge.objects.get()
    assert Conversation.objects.filter(merged_into__isnull=True).count() == 1
    shown = client.get(f"/contacts/{one.pk}").content.decode()
    assert f"/joinings/{merge.pk}/undo" in shown
    assert client.get(f"/contacts/{other.pk}").headers["Location"] == f"/contacts/{one.pk}"
    client.post(f"/joinings/{merge.pk}/undo")
    assert Conversation.objects.filter(merged_into__isnull=True).count() == 2
    assert "taken back" in client.get(f"/contacts/{one.pk}").content.decode()


def test_proposals_and_saying_that_they_are_two(cast: Cast, client: Client) -> None:
    first = Contact.objects.create(account=cast.account, name="Ana", phone="+5521987650001", listed=True)
    second = Contact.objects.create(account=cast.account, name="Ana", phone="+552187650001", listed=True)
    signed_in(client, cast.admin)
    page = client.get("/contacts/duplicates").content.decode()
    assert f"/contacts/{first.pk}/join/{second.pk}" in page
    client.post(f"/contacts/{first.pk}/apart/{second.pk}")
    assert Apart.objects.count() == 1
    assert "No duplicates found" in client.get("/contacts/duplicates").content.decode()


@pytest.mark.parametrize("name", ["agent", "bystander", "outsider"])
def test_nobody_else_joins(cast: Cast, two: tuple[Contact, Contact], client: Client, name: str) -> None:
    one, other = two
    signed_in(client, getattr(cast, name))
    path = f"/contacts/{one.pk}/join/{other.pk}"
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404
    assert client.post(f"/contacts/{one.pk}/apart/{other.pk}").status_code == 404
    assert client.get(f"/contacts/{one.pk}/candidates?q=Bia").status_code == 404
    assert not Merge.objects.exists()
    assert not Apart.objects.exists()
    if name != "outsider":
        assert client.get("/contacts/duplicates").status_code == 404


def test_what_cannot_be_joined_is_refused_in_words(
    cast: Cast, two: tuple[Contact, Contact], client: Client
) -> None:
    group = Contact.objects.create(account=cast.account, kind="group", name="Suppliers", listed=True)
    signed_in(client, cast.admin)
    path = f"/contacts/{two[0].pk}/join/{group.pk}"
    assert "Only people can be joined" in client.get(path).content.decode()
    client.post(path)
    assert not Merge.objects.exists()
