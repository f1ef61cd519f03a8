"""/contacts: who is listed for whom, the name a team gives, members of a group, strangers' texts as text."""

from __future__ import annotations

import pytest
from django.test import Client

from rookery.accounts.models import User
from rookery.conversations.models import Contact, GroupMember
from rookery.processing.worker import Processor
from tests import make
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bia(cast: Cast) -> Contact:
    make.store(cast.channel, make.text_event("hello", from_name="Bia <b>Nunes</b>"))
    Processor().drain()
    return Contact.objects.get(phone="+5521987650000")


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_list_search_and_page(cast: Cast, bia: Contact, client: Client) -> None:
    signed_in(client, cast.agent)
    listed = client.get("/contacts").content.decode()
    assert f'href="/contacts/{bia.pk}"' in listed
    assert "Bia &lt;b&gt;Nunes&lt;/b&gt;" in listed
    assert "Nobody found" in client.get("/contacts?q=zzz").content.decode()
    rows = client.get(
        "/contacts?q=98765", headers={"HX-Request": "true", "HX-Target": "contacts"}
    ).content.decode()
    assert f'href="/contacts/{bia.pk}"' in rows
    assert "<html" not in rows
    shown = client.get(f"/contacts/{bia.pk}").content.decode()
    assert "5521987650000@s.whatsapp.net" in shown
    assert "hello" in shown
    assert "<b>Nunes" not in shown


def test_a_teams_name_goes_first_and_can_be_taken_back(cast: Cast, bia: Contact, client: Client) -> None:
    signed_in(client, cast.agent)
    assert client.post(f"/contacts/{bia.pk}/name", {"name": "Beatriz, red car"}).status_code == 302
    make.store(cast.channel, make.text_event("again", from_name="Bibi", at="2026-03-05T12:00:00Z"))
    Processor().drain()
    bia.refresh_from_db()
    assert bia.name == "Beatriz, red car"
    client.post(f"/contacts/{bia.pk}/name", {"name": ""})
    bia.refresh_from_db()
    assert bia.name == "Bibi"


@pytest.mark.parametrize("name", ["bystander", "outsider"])
def test_others_find_nobody(cast: Cast, bia: Contact, client: Client, name: str) -> None:
    signed_in(client, getattr(cast, name))
    assert f"/contacts/{bia.pk}" not in client.get("/contacts").content.decode()
    assert client.get(f"/contacts/{bia.pk}").status_code == 404
    assert client.post(f"/contacts/{bia.pk}/name", {"name": "x"}).status_code == 404


def test_a_joined_contact_leads_to_the_one_it_became(cast: Cast, bia: Contact, client: Client) -> None:
    old = Contact.objects.create(account=cast.account, listed=True, merged_into=bia)
    answer = signed_in(client, cast.agent).get(f"/contacts/{old.pk}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/contacts/{bia.pk}")


def test_members_of_a_group(cast: Cast, bia: Contact, client: Client) -> None:
    make.store(cast.channel, make.text_event("hi all", chat="120363041234567890@g.us"))
    Processor().drain()
    group = Contact.objects.get(kind="group")
    unlisted = Contact.objects.create(account=cast.account, name="Rui")
    GroupMember.objects.create(group=group, contact=bia, role="admin")
    GroupMember.objects.create(group=group, contact=unlisted)
    GroupMember.objects.create(
        group=group, contact=Contact.objects.create(account=cast.account, name="Gone"), present=False
    )
    shown = signed_in(client, cast.agent).get(f"/contacts/{group.pk}").content.decode()
    assert "Admin" in shown
    assert "Rui" in shown
    assert f"/contacts/{unlisted.pk}" not in shown
    assert "Gone" not in shown
