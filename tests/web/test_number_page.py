"""/numbers/<inbox>: who sees it, and the rules that say which chats come in."""

from __future__ import annotations

import pytest
from django.test import Client

from rookery.accounts.models import AuditEntry, User
from rookery.catchup.models import Stretch, Walk, Watch
from rookery.conversations.actions import rules
from rookery.conversations.errors import Refused
from rookery.conversations.models import Address, Contact, ContactInbox, Inbox
from rookery.db.fields import now_millis
from tests.cast import Cast

pytestmark = pytest.mark.django_db
GROUP = "120363041234567890"


@pytest.fixture
def group(cast: Cast) -> Contact:
    contact = Contact.objects.create(account=cast.account, kind="group", name="Suppliers", listed=True)
    jid = f"{GROUP}@g.us"
    Address.objects.create(account=cast.account, contact=contact, kind="group", key=GROUP, jid=jid)
    ContactInbox.objects.create(contact=contact, inbox=cast.inbox, jid=jid)
    return contact


def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_rules_are_saved_and_shown_again(cast: Cast, group: Contact, client: Client) -> None:
    signed_in(client, cast.admin)
    path = f"/numbers/{cast.inbox.pk}"
    page = client.get(path).content.decode()
    assert "Suppliers" in page
    before = cast.account.identity_epoch
    answer = client.post(
        f"{path}/rules",
        {
            "groups": "list",
            "group": [GROUP],
            "more_groups": "120363049998887776@g.us\n\n120363049998887777",
            "ignored": " 5521987650000@s.whatsapp.net\n@NEWSLETTER ",
            "newsletters": "on",
        },
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, path)
    cast.inbox.refresh_from_db()
    held = rules.read(cast.inbox.settings)
    assert held.groups == "list"
    assert held.group_list == {GROUP, "120363049998887776", "120363049998887777"}
    assert held.ignored == ("5521987650000@s.whatsapp.net", "@newsletter")
    assert held.newsletters
    cast.account.refresh_from_db()
    assert cast.account.identity_epoch > before
    assert AuditEntry.objects.filter(action="inbox.rules_changed", actor=cast.admin).count() == 1
    page = client.get(path).content.decode()
    assert f'name="group" value="{GROUP}" checked' in page
    assert "120363049998887776@g.us\n120363049998887777@g.us" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("more_groups", "5521987650000@s.whatsapp.net"),
        ("ignored", "<b>nobody</b>"),
        ("ignored", "@gmail.com"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_saved(
    cast: Cast, client: Client, field: str, value: str
) -> None:
    signed_in(client, cast.admin)
    answer = client.post(f"/numbers/{cast.inbox.pk}/rules", {"groups": "all", field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert "<b>nobody" not in page
    cast.inbox.refresh_from_db()
    assert "rules" not in cast.inbox.settings


def test_an_agent_reads_and_cannot_change(cast: Cast, client: Client) -> None:
    signed_in(client, cast.agent)
    page = client.get(f"/numbers/{cast.inbox.pk}").content.decode()
    assert "<fieldset disabled>" in page
    assert client.post(f"/numbers/{cast.inbox.pk}/rules", {"groups": "none"}).status_code == 404
    cast.inbox.refresh_from_db()
    assert "rules" not in cast.inbox.settings


@pytest.mark.parametrize("name", ["bystander", "outsider"])
def test_others_find_nothing(cast: Cast, group: Contact, client: Client, name: str) -> None:
    signed_in(client, getattr(cast, name))
    assert client.get(f"/numbers/{cast.inbox.pk}").status_code == 404
    assert client.post(f"/numbers/{cast.inbox.pk}/rules", {"groups": "none"}).status_code == 404


def test_what_makes_no_sense_in_the_settings_counts_as_unset(cast: Cast) -> None:
    assert rules.read({"rules": {"groups": "some", "ignored": [1, "a@lid"], "group_list": 3}}).groups == "all"
    assert rules.read({"rules": []}) == rules.read({})
    with pytest.raises(Refused):
        rules.do_set_rules(Inbox.objects.get(pk=cast.inbox.pk), groups="some", by=cast.admin)


def test_completeness_says_what_is_sure_healed_and_unknown(cast: Cast, client: Client) -> None:
    cast.channel.complete_until = 1_772_636_400
    cast.channel.save()
    now = now_millis()
    Walk.objects.create(
        channel=cast.channel, purpose="gap", reason="reconnected", state="done", mark=1, since=1, until=2,
        listed=True, messages=12, files=3, edits=1, first_at=1_772_600_000, last_at=1_772_610_000,
        started_ms=now, ended_ms=now,
    )  # fmt: skip
    Stretch.objects.create(
        channel=cast.channel, since=1_772_500_000, until=1_772_590_000, reason="relinked", found_ms=now
    )
    page = signed_in(client, cast.agent).get(f"/numbers/{cast.inbox.pk}").content.decode()
    assert "Nothing is missing up to" in page
    assert "12 messages, 3 files, 1 edit" in page
    assert "linked anew" in page
    assert "ticks" in page
    assert "Look now" not in page


def test_an_administrator_asks_imports_pauses_and_ends(cast: Cast, client: Client) -> None:
    signed_in(client, cast.admin)
    path = f"/numbers/{cast.inbox.pk}"
    client.post(f"{path}/check")
    assert Watch.objects.get(channel=cast.channel).asked == "asked"
    client.post(f"{path}/imports", {"days": "0"})
    assert not Walk.objects.exists()
    client.post(f"{path}/imports", {"days": "30", "chats": "5521987650000@s.whatsapp.net"})
    job = Walk.objects.get(purpose="import")
    assert f"{path}/imports/{job.pk}/pause" in client.get(path).content.decode()
    for act, state in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        client.post(f"{path}/imports/{job.pk}/{act}")
        job.refresh_from_db()
        assert job.state == state
    assert client.post(f"{path}/imports/{job.pk}/explode").status_code == 404


@pytest.mark.parametrize("name", ["agent", "bystander", "outsider"])
def test_nobody_else_imports(cast: Cast, client: Client, name: str) -> None:
    job = Walk.objects.create(
        channel=cast.channel, purpose="import", reason="asked", mark=1, since=1, until=2, started_ms=1
    )
    signed_in(client, getattr(cast, name))
    path = f"/numbers/{cast.inbox.pk}"
    for address in ("check", "imports", f"imports/{job.pk}/cancel"):
        assert client.post(f"{path}/{address}", {"days": "3"}).status_code == 404
    job.refresh_from_db()
    assert job.state == "running"
