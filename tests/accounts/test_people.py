"""One-time addresses and tokens."""

from __future__ import annotations

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from rookery.accounts import people
from rookery.accounts.models import ApiToken, Membership, OneTimeLink, User
from tests.cast import Cast

GOOD = "a long enough passphrase"


@pytest.mark.django_db
def test_setup_address_makes_one_administrator_and_no_second() -> None:
    token = people.do_make_setup_link()
    assert token is not None
    assert people.is_setup_token(token)
    user = people.do_set_up(token, account_name="Shop", name="Ana", email="ana@example.com", password=GOOD)
    assert Membership.objects.get(user=user).is_administrator
    assert not people.is_setup_token(token)
    assert people.do_make_setup_link() is None
    with pytest.raises(people.Taken):
        people.do_set_up(token, account_name="Shop", name="Eve", email="eve@example.com", password=GOOD)


@pytest.mark.django_db
def test_weak_password_does_not_use_up_the_address() -> None:
    token = people.do_make_setup_link() or ""
    with pytest.raises(ValidationError):
        people.do_set_up(token, account_name="S", name="A", email="a@example.com", password="12345")
    assert people.is_setup_token(token)


@pytest.mark.django_db
def test_setup_address_dies_after_an_hour() -> None:
    from datetime import UTC, datetime

    token = people.do_make_setup_link() or ""
    OneTimeLink.objects.update(expires_at=datetime.now(UTC))
    assert not people.is_setup_token(token)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_administrator() -> None:
    token = people.do_make_setup_link() or ""
    won: list[str] = []

    def try_it(email: str) -> None:
        try:
            people.do_set_up(token, account_name="S", name="A", email=email, password=GOOD)
            won.append(email)
        except people.Taken:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=try_it, args=(f"{n}@example.com",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert User.objects.count() == 1


def test_sign_in_address_works_once(cast: Cast) -> None:
    token = people.do_make_sign_in_link(cast.agent)
    assert people.do_use_sign_in_link(token) == cast.agent
    assert people.do_use_sign_in_link(token) is None


def test_token_is_stored_as_a_digest_and_found(cast: Cast) -> None:
    token = people.do_issue_token(cast.agent)
    assert token.encode() not in bytes(ApiToken.objects.get().digest)
    assert people.find_token_owner(token) == cast.agent
    assert people.find_token_owner(token + "x") is None
    cast.agent.is_active = False
    cast.agent.save()
    assert people.find_token_owner(token) is None
