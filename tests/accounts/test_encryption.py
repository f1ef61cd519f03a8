"""Secrets are sealed, bound to their place, and a lost key loses nothing else."""

from __future__ import annotations

import pytest
from django.db import connection

from rookery.accounts.encryption import SecretUnavailable, is_readable, seal, unseal
from rookery.channels.models import Gateway
from rookery.settings import conf
from tests.cast import Cast


def stored(gateway: Gateway) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT password FROM channels_gateway WHERE id = %s", [gateway.pk])
        return str(cursor.fetchone()[0])


def test_password_is_not_in_the_database(cast: Cast) -> None:
    assert stored(cast.gateway).startswith("v1:")
    assert "sandbox" not in stored(cast.gateway)
    assert Gateway.objects.get(pk=cast.gateway.pk).password == "sandbox"


def test_saving_a_loaded_row_keeps_the_secret(cast: Cast) -> None:
    before = stored(cast.gateway)
    loaded = Gateway.objects.get(pk=cast.gateway.pk)
    loaded.version = "9.2.0"
    loaded.save()
    assert stored(loaded) == before


def test_value_moved_to_another_row_does_not_open(cast: Cast) -> None:
    other = Gateway.objects.create(account=cast.account, url="http://127.0.0.1:1", password="else")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE channels_gateway SET password = %s WHERE id = %s", [stored(cast.gateway), other.pk]
        )
    with pytest.raises(SecretUnavailable):
        _ = Gateway.objects.get(pk=other.pk).password


def test_rows_load_without_the_key_and_say_what_is_missing(cast: Cast) -> None:
    with conf.override(ENCRYPTION_KEY="another key, long enough to be one, really"):
        loaded = Gateway.objects.get(pk=cast.gateway.pk)
        assert loaded.url
        assert not is_readable(loaded, "password")
        loaded.save()
    assert Gateway.objects.get(pk=cast.gateway.pk).password == "sandbox"


def test_older_key_still_opens_when_it_is_a_fallback() -> None:
    old = conf.str("ENCRYPTION_KEY")
    sealed = seal("secret words", "here")
    with conf.override(
        ENCRYPTION_KEY="another key, long enough to be one, really", ENCRYPTION_KEY_FALLBACKS=old
    ):
        assert unseal(sealed, "here") == "secret words"


@pytest.mark.parametrize("broken", ["", "v1:x", "v2:a:b:c", "v1:00000000:!!:!!"])
def test_damaged_value_is_reported_not_raised_raw(broken: str) -> None:
    with pytest.raises(SecretUnavailable):
        unseal(broken, "here")
