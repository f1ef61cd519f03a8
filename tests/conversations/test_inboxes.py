"""Numbers that are added, also when the encryption key was lost in between."""

from __future__ import annotations

import pytest

from rookery.channels.models import Gateway, WebhookSecret
from rookery.conversations.actions.inboxes import AddedNumber, NewNumber, do_add_number
from rookery.conversations.errors import Refused
from rookery.settings import conf
from tests.cast import Cast

pytestmark = pytest.mark.django_db
OLD_KEY, NEW_KEY = "11" * 32, "22" * 32


def add(cast: Cast, number: str, **more: object) -> AddedNumber:
    fields = {"url": "http://gw.test", "username": "ada", "password": "pw", **more}
    return do_add_number(cast.account, NewNumber(name=number, phone=number, **fields))  # type: ignore[arg-type]


def test_second_number_shares_gateway_and_secret(cast: Cast) -> None:
    one, two = add(cast, "+15550000201"), add(cast, "+15550000202")
    assert one.channel.gateway_id == two.channel.gateway_id
    assert one.secret == two.secret
    assert add(cast, "+15550000203", password="other").channel.gateway_id != one.channel.gateway_id


def test_number_is_taken_once(cast: Cast) -> None:
    add(cast, "+15550000201")
    with pytest.raises(Refused, match="number_taken"):
        add(cast, "+15550000201")


def test_number_can_be_added_when_the_encryption_key_was_lost(cast: Cast) -> None:
    with conf.override(ENCRYPTION_KEY=OLD_KEY):
        one = add(cast, "+15550000201")
    with conf.override(ENCRYPTION_KEY=NEW_KEY):
        two = add(cast, "+15550000202")
        assert two.channel.gateway_id != one.channel.gateway_id
        assert two.secret != one.secret
        again = add(cast, "+15550000203")
    assert again.channel.gateway_id == two.channel.gateway_id
    assert again.secret == two.secret


def test_secret_is_made_anew_when_the_known_one_does_not_open(cast: Cast) -> None:
    with conf.override(ENCRYPTION_KEY=OLD_KEY):
        one = add(cast, "+15550000201")
    with conf.override(ENCRYPTION_KEY=NEW_KEY):
        gateway = Gateway.objects.get(pk=one.channel.gateway_id)
        gateway.password = "pw"
        gateway.save()
        two = add(cast, "+15550000202")
    assert two.channel.gateway_id == one.channel.gateway_id
    assert two.secret != one.secret
    assert WebhookSecret.objects.filter(gateway=gateway).count() == 2
