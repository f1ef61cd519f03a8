"""Who may send a large body: somebody signed in, or the holder of a token."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from rookery.accounts.models import User
from rookery.accounts.people import do_issue_token
from rookery.doors.credentials import are_known
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people() -> Cast:
    return make_cast()


def with_headers(**headers: str) -> dict[str, Any]:
    return {"headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]}


def with_session(user: User) -> dict[str, Any]:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return with_headers(cookie=f"other=1; {settings.SESSION_COOKIE_NAME}={session.session_key}")


def test_session_is_known_until_its_password_changes(people: Cast) -> None:
    scope = with_session(people.agent)
    assert are_known(scope)
    people.agent.set_password("another one, much longer")
    people.agent.save()
    assert not are_known(scope)


def test_token_is_known_until_it_is_revoked(people: Cast) -> None:
    scope = with_headers(api_access_token=do_issue_token(people.agent))
    assert are_known(scope)
    people.agent.is_active = False
    people.agent.save()
    assert not are_known(scope)


@pytest.mark.parametrize("headers", [
    {}, {"cookie": ""}, {"cookie": f"{settings.SESSION_COOKIE_NAME}=made-up"}, {"cookie": "=;;\x00="},
    {"api_access_token": "made up"}, {"api_access_token": "\xff"},
])  # fmt: skip
def test_stranger_is_not_known_whatever_they_send(people: Cast, headers: dict[str, str]) -> None:
    assert not are_known(with_headers(**headers))
