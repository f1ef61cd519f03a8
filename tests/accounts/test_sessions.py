"""A session is asked for anew by every request, and opens nothing once it has ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    authenticate,
    get_user,
)
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from rookery.accounts.models import User
from rookery.accounts.sessions import BACKEND, BySession, SessionStore
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db
BEFORE = "django.contrib.auth.backends.ModelBackend"


def begin(user: User, backend: str = BACKEND) -> str:
    """The key of a new session."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    key = session.session_key
    assert key
    return key


def who(key: str) -> User | None:
    """Whom a request with this key is by."""
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    return user if isinstance(user, User) else None


def test_settings_name_this_store_and_this_backend() -> None:
    assert import_module(settings.SESSION_ENGINE).SessionStore is SessionStore
    assert settings.AUTHENTICATION_BACKENDS == [BACKEND, BEFORE]


@pytest.mark.parametrize("backend", [BACKEND, BEFORE])
def test_user_of_a_living_session(cast: Cast, backend: str) -> None:
    assert who(begin(cast.agent, backend)) == cast.agent


def test_session_ends_with_its_row(cast: Cast) -> None:
    key = begin(cast.agent)
    assert who(key) == cast.agent
    SessionStore(key).delete()
    assert who(key) is None


def test_session_ends_when_it_runs_out(cast: Cast) -> None:
    key = begin(cast.agent)
    Session.objects.update(expire_date=datetime.now(UTC) + timedelta(seconds=60))
    assert who(key) == cast.agent
    Session.objects.update(expire_date=datetime.now(UTC) - timedelta(seconds=1))
    assert who(key) is None


def test_session_ends_with_its_password(cast: Cast) -> None:
    key = begin(cast.agent)
    assert who(key) == cast.agent
    cast.agent.set_password("another one, much longer")
    cast.agent.save()
    assert who(key) is None


def test_session_ends_with_its_user(cast: Cast) -> None:
    key, other = begin(cast.agent), begin(cast.admin)
    assert who(key) == cast.agent
    User.objects.filter(pk=cast.agent.pk).update(is_active=False)
    assert who(key) is None
    cast.admin.delete()
    assert who(other) is None


@pytest.mark.parametrize("key", ["", "short", "a" * 32, "a" * 500])
def test_unknown_key_is_nobody_and_never_becomes_a_session(cast: Cast, key: str) -> None:
    assert who(key) is None
    session = SessionStore(key)
    session["mark"] = 1
    session.save()
    assert session.session_key not in ("", key)


def test_text_that_was_changed_opens_nothing(cast: Cast) -> None:
    key = begin(cast.agent)
    row = Session.objects.get(pk=key)
    Session.objects.update(session_data=row.session_data[:-1] + ("A" if row.session_data[-1] != "A" else "B"))
    assert who(key) is None


def test_session_backend_takes_no_password(cast: Cast) -> None:
    assert BySession().authenticate(None, username=cast.agent.email, password=PASSWORD) is None
    user = authenticate(None, username=cast.agent.email, password=PASSWORD)
    assert user == cast.agent
    assert user.backend == BEFORE
