"""Every address and method, tried by somebody who has no business there: 404 in the same words, and no id."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from rookery.accounts.models import ApiToken
from rookery.api.routes import ROUTES
from rookery.conversations.actions import merging
from rookery.conversations.models import Contact, Conversation, Message
from tests.api import rows
from tests.api.caller import Caller, good, refusal
from tests.cast import Cast

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = sorted({route.path for route in ROUTES if "{account_id}" in route.path})
INSIDE = [path for path in PATHS if re.search(r"\{(conversation|message|contact|inbox|joining)_id\}", path)]
LISTS = [
    route.path
    for route in ROUTES
    if route.method == "GET"
    and "{account_id}" in route.path
    and route.path not in INSIDE
    and 401 not in (route.errors or {})
]
NOT_FOUND = {"error": "Resource could not be found"}


@pytest.fixture
def keys(cast: Cast, conversation: Conversation) -> dict[str, Any]:
    """Keys of rows that exist, far from every number that an answer may hold by chance."""
    Contact.objects.filter(pk=conversation.contact_id).update(name="Secret Person")
    Conversation.objects.update(display_id=7_770_001)
    rows.file(Message.objects.get())
    other = Contact.objects.create(account=cast.account, listed=True)
    return {
        "account_id": cast.account.pk,
        "inbox_id": cast.inbox.pk,
        "contact_id": conversation.contact_id,
        "conversation_id": 7_770_001,
        "message_id": Message.objects.get().pk,
        "joining_id": merging.do_merge(cast.account.pk, conversation.contact_id, other.pk, reason="agent").pk,
    }


def before_and_after() -> tuple[Any, ...]:
    return (
        list(Message.objects.values()),
        list(Conversation.objects.values()),
        list(Contact.objects.values()),
    )


@pytest.mark.parametrize("path", PATHS)
def test_outsider_finds_nothing_whatever_they_try(path: str, outsider: Caller, keys: dict[str, Any]) -> None:
    before = before_and_after()
    for method in METHODS:
        data = {
            "content": "x",
            "inbox_id": keys["inbox_id"],
            "contact_id": keys["contact_id"],
            "status": "resolved",
        }
        answer = outsider.send(method, path.format_map(keys), data)
        assert answer.status_code == 404, (method, path)
        assert method == "HEAD" or json.loads(answer.content) == NOT_FOUND
    assert before_and_after() == before


@pytest.mark.parametrize("path", INSIDE)
def test_bystander_finds_nothing_of_an_inbox_that_is_not_theirs(
    path: str, bystander: Caller, keys: dict[str, Any]
) -> None:
    before = before_and_after()
    for route in ROUTES:
        if route.path == path:
            data = {"content": "x", "assignee_id": bystander.user.pk, "status": "resolved"}
            answer = bystander.send(route.method, path.format_map(keys), data)
            assert refusal(answer, 404) == NOT_FOUND
    assert before_and_after() == before


@pytest.mark.parametrize("path", LISTS)
def test_bystanders_lists_hold_nothing_of_an_inbox_that_is_not_theirs(
    path: str, bystander: Caller, keys: dict[str, Any]
) -> None:
    answer = bystander.send("GET", path.format_map(keys), query={"q": "e", "status": "all"})
    text = answer.content.decode()
    good(answer)
    assert "Secret" not in text
    assert "7770001" not in text
    assert "Café Rookery" not in text or path.endswith("{account_id}")


@pytest.mark.parametrize("name", ["contact_id", "inbox_id"])
def test_bystander_begins_nothing_with_what_is_not_theirs(
    name: str, bystander: Caller, keys: dict[str, Any]
) -> None:
    data = {"inbox_id": keys["inbox_id"], "contact_id": keys["contact_id"]}
    assert refusal(bystander.send("POST", "conversations", data), 404) == NOT_FOUND
    assert refusal(bystander.send("POST", "conversations", {**data, name: 10**14}), 404) == NOT_FOUND
    by_address = {"inbox_id": keys["inbox_id"], "source_id": "5521987650000"}
    assert refusal(bystander.send("POST", "conversations", by_address), 404) == NOT_FOUND


def test_filters_tell_a_bystander_nothing(bystander: Caller, keys: dict[str, Any]) -> None:
    for query in ({"q": "hello"}, {"inbox_id": keys["inbox_id"]}, {"source_id": "5521987650000"}):
        answer = bystander.get("conversations", status="all", **query)["data"]
        assert answer == {
            "meta": {"mine_count": 0, "assigned_count": 0, "unassigned_count": 0, "all_count": 0},
            "payload": [],
        }
    assert bystander.get("contacts/search", q="Secret")["meta"]["count"] == 0


def test_outsider_learns_nothing_from_their_own_account(
    outsider: Caller, cast: Cast, keys: dict[str, Any]
) -> None:
    own = Caller(cast.outsider.memberships.get().account, cast.outsider)
    for path in INSIDE:
        inner = path.partition("{account_id}/")[2].format_map(keys)
        for route in ROUTES:
            if route.path == path:
                assert own.send(route.method, inner, {"content": "x"}).status_code == 404, path
    assert own.get("conversations", status="all", inbox_id=keys["inbox_id"])["data"]["payload"] == []
    assert own.get("conversations", status="all", source_id="5521987650000")["data"]["payload"] == []


def test_member_who_left_is_an_outsider_at_once(agent: Caller, cast: Cast, keys: dict[str, Any]) -> None:
    agent.get("conversations")
    cast.agent.inbox_memberships.all().delete()
    assert agent.get("conversations", status="all")["data"]["payload"] == []
    cast.agent.memberships.all().delete()
    assert agent.send("GET", "conversations").status_code == 404
    assert ApiToken.objects.filter(user=cast.agent).exists()
