"""Who is let in, and in which words the others are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from rookery.accounts import tokens
from rookery.accounts.models import ApiToken
from tests.api.caller import Caller, refusal
from tests.cast import Cast

PROFILE = "/api/v1/profile"


@pytest.mark.parametrize("name", ["api_access_token", "api-access-token", "API-ACCESS-TOKEN"])
def test_token_opens_when_its_header_is_spelled_either_way(api: Caller, name: str) -> None:
    assert Client().get(PROFILE, headers={name: api.token}).status_code == 200


@pytest.mark.parametrize("word", ["Bearer", "bearer"])
def test_token_opens_when_it_comes_as_a_bearer(api: Caller, word: str) -> None:
    assert Client().get(PROFILE, headers={"Authorization": f"{word} {api.token}"}).status_code == 200


def test_answer_is_401_in_the_devise_shape_when_there_are_no_credentials(cast: Cast) -> None:
    answer = refusal(Client().get(PROFILE), 401)
    assert answer == {"errors": ["You need to sign in or sign up before continuing."]}


@pytest.mark.parametrize("header", ["nonsense", "é\x80", "null", "x" * 5000])
def test_answer_is_401_when_the_token_is_wrong(cast: Cast, header: str) -> None:
    answer = Client().get(PROFILE, headers={"api_access_token": header})
    assert refusal(answer, 401) == {"error": "Invalid Access Token"}


def test_answer_is_401_when_the_token_was_revoked(api: Caller) -> None:
    ApiToken.objects.update(revoked_at=datetime.now(UTC))
    assert refusal(api.send("GET", PROFILE), 401) == {"error": "Invalid Access Token"}


def test_answer_is_401_when_the_user_was_switched_off(api: Caller, cast: Cast) -> None:
    cast.admin.is_active = False
    cast.admin.save()
    assert api.send("GET", PROFILE).status_code == 401


def test_a_session_opens_nothing_when_there_is_no_token(cast: Cast) -> None:
    browser = Client()
    browser.force_login(cast.admin)
    assert browser.get(PROFILE).status_code == 401
    assert browser.get(f"/api/v1/accounts/{cast.account.pk}/conversations").status_code == 401


def test_the_tokens_owner_calls_when_a_session_of_another_is_sent_along(cast: Cast, agent: Caller) -> None:
    agent.client.force_login(cast.admin)
    assert agent.get(PROFILE)["email"] == "agent@example.com"


def test_basic_credentials_open_nothing(cast: Cast) -> None:
    answer = Client().get(PROFILE, headers={"Authorization": "Basic YWRtaW46YWRtaW4="})
    assert answer.status_code == 401


def test_use_is_noted_once_a_minute(api: Caller) -> None:
    api.get(PROFILE)
    first = ApiToken.objects.get().last_used_at
    api.get(PROFILE)
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
    ApiToken.objects.update(last_used_at=first - tokens.NOTED_EVERY - timedelta(seconds=1))
    api.get(PROFILE)
    again = ApiToken.objects.get().last_used_at
    assert again is not None
    assert again >= first


def test_use_of_a_token_writes_nothing_when_it_is_wrong(api: Caller) -> None:
    Client().get(PROFILE, headers={"api_access_token": api.token + "x"})
    assert ApiToken.objects.get().last_used_at is None


def test_post_needs_no_csrf_token(agent: Caller, conversation: object) -> None:
    assert agent.send("POST", "conversations/1/update_last_seen").status_code == 200


def test_answer_sets_no_cookie(api: Caller) -> None:
    assert not api.send("GET", PROFILE).cookies
