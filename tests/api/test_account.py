"""The installation, the account, its people and small lists."""

from __future__ import annotations

import re

from django.test import Client

import rookery
from rookery.accounts.models import Membership, Team
from rookery.conversations.models import CannedResponse, Label
from tests.api.caller import Caller, good
from tests.cast import Cast, make_number


def test_root_answers_without_a_token(db: None) -> None:
    found = good(Client().get("/api"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", found.pop("timestamp"))
    assert found == {
        "version": "4.6.0",
        "queue_services": "ok",
        "data_services": "ok",
        "rookery_version": rookery.__version__,
    }


def test_account_has_every_key(agent: Caller, cast: Cast) -> None:
    found = agent.get("")
    assert found.keys() == {
        "id", "name", "locale", "domain", "support_email", "status", "features", "settings", "cache_keys", "created_at",
        "latest_chatwoot_version",
    }  # fmt: skip
    assert (found["id"], found["name"]) == (cast.account.pk, "Café Rookery")
    assert found["cache_keys"].keys() == {"label", "inbox", "team"}


def test_profile_is_empty_when_its_owner_has_no_account(agent: Caller) -> None:
    Membership.objects.filter(user=agent.user).delete()
    found = agent.get("/api/v1/profile")
    assert (found["accounts"], found["account_id"], found["role"]) == ([], None, None)


def test_agents_are_those_of_the_account(agent: Caller) -> None:
    found = agent.get("agents")
    assert [(row["name"], row["role"]) for row in found] == [
        ("Admin", "administrator"),
        ("Agent", "agent"),
        ("Bystander", "agent"),
    ]


def test_inboxes_are_those_the_caller_may_see(
    api: Caller, agent: Caller, bystander: Caller, cast: Cast
) -> None:
    _, second = make_number(cast.account, cast.gateway, "+15550000002", "Second", "other")
    assert [row["id"] for row in api.get("inboxes")["payload"]] == [cast.inbox.pk, second.pk]
    assert [row["id"] for row in agent.get("inboxes")["payload"]] == [cast.inbox.pk]
    assert bystander.get("inboxes") == {"payload": []}
    assert agent.send("GET", f"inboxes/{second.pk}").status_code == 404


def test_inbox_is_shown_when_its_number_is_gone(api: Caller, cast: Cast) -> None:
    cast.inbox.channel = None
    cast.inbox.save()
    found = api.get(f"inboxes/{cast.inbox.pk}")
    assert (found["phone_number"], found["callback_webhook_url"], found["provider_config"]) == (
        None,
        None,
        {},
    )
    assert found["reauthorization_required"] is True


def test_small_lists_hold_the_accounts_own(api: Caller, cast: Cast, outsider: Caller) -> None:
    other = cast.outsider.memberships.get().account
    for account in (cast.account, other):
        Team.objects.create(account=account, name="sales")
        Label.objects.create(account=account, title="vip")
        CannedResponse.objects.create(account=account, short_code="hi", content="Hello!")
    (team,) = api.get("teams")
    assert (team["name"], team["account_id"], team["is_member"]) == ("sales", cast.account.pk, False)
    (label,) = api.get("labels")["payload"]
    assert label.keys() == {"id", "title", "description", "color", "show_on_sidebar"}
    (canned,) = api.get("canned_responses")
    assert (canned["account_id"], canned["short_code"], canned["content"]) == (
        cast.account.pk,
        "hi",
        "Hello!",
    )


def test_canned_responses_are_found_by_code_or_text(api: Caller, cast: Cast) -> None:
    for code, text in (("hi", "Hello!"), ("bye", "See you")):
        CannedResponse.objects.create(account=cast.account, short_code=code, content=text)
    assert [row["short_code"] for row in api.get("canned_responses", search="SEE")] == ["bye"]
    assert [row["short_code"] for row in api.get("canned_responses", search="hi")] == ["hi"]
    assert len(api.get("canned_responses")) == 2
