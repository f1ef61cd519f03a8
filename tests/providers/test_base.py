"""What a provider says that has no record, no groups and no pictures: nothing, or that it is not there."""

from datetime import UTC, datetime

import pytest

from rookery.providers.base import Capabilities, Provider
from rookery.providers.commands import ChatPage, RecordPage
from rookery.providers.errors import NotAvailable
from rookery.waid import Jid
from tests.providers.whatsapp_web.conftest import answering, success

NOW, GROUP = datetime(2026, 3, 4, tzinfo=UTC), Jid.parse("120363041234567890@g.us")


async def test_provider_when_it_knows_no_more_than_messages_answers_empty() -> None:
    provider = answering(success(None))
    assert await Provider.chats(provider) == ChatPage()
    assert await Provider.record_page(provider, GROUP, NOW, NOW) == RecordPage()
    assert await Provider.avatar(provider, GROUP, group=True) is None
    assert await Provider.contacts(provider) == ()
    with pytest.raises(NotAvailable):
        await Provider.group_info(provider, GROUP)
    plain = Capabilities()
    assert not any((plain.chats, plain.groups, plain.avatars, plain.contacts, plain.record))


def test_gateway_when_asked_can_do_all_of_these() -> None:
    can = answering(success(None)).capabilities
    assert can.chats
    assert can.groups
    assert can.avatars
    assert can.contacts
    assert can.record
