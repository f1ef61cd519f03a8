"""A captured webhook, sent again: through the real door and real processing, it changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from rookery.intake.door import Door
from tests.intake.caller import SECRET, Caller, sign
from tests.intake.conftest import in_thread, make_channel, until

NEW_SECRET = "fedcba9876543210fedcba9876543210"
OTHER = "+5511940009999"
CAPTURED_ID = "A5F0CAPTURED0000000000000000001"


def captured(text: str = "my secret", **more: Any) -> bytes:
    from tests import make

    return make.text_event(text, id=CAPTURED_ID, **more).replace(b"15550000001", b"5511940001234")


@pytest.fixture
def inbox(channel: Any) -> Any:
    from rookery.conversations.models import Inbox

    return Inbox.objects.create(account=channel.account, channel=channel, name="Shop")


@pytest.fixture
async def told(inbox: Any, call: Caller) -> bytes:
    """A message that was delivered and processed."""
    body = captured()
    assert (await call(body)).word == "accepted"
    await in_thread(process)
    assert await in_thread(count_messages) == 1
    return body


def process() -> None:
    from rookery.processing.worker import Processor

    Processor().drain()


def count_messages() -> int:
    from rookery.conversations.models import Message

    return Message.objects.count()


def state() -> list[Any]:
    """Every row that a message makes or moves."""
    from rookery.conversations import models
    from rookery.intake.models import RawEvent, SeenEvent

    assert not RawEvent.objects.exclude(state=RawEvent.State.DONE).exists()
    tables = (
        models.Message, models.Conversation, models.Contact, models.Address, models.ContactInbox, models.Receipt,
        models.Reaction, models.PendingChange, models.Attachment, SeenEvent,
    )  # fmt: skip
    return [list(table.objects.order_by("pk").values()) for table in tables]


def forget_recent(door: Door) -> None:
    """As after a restart: the answer comes from the database alone."""
    door._recent.clear()


async def replay_changes_nothing(door: Door, call: Caller, body: bytes, **how: Any) -> None:
    before = await in_thread(state)
    forget_recent(door)
    assert (await call(body, **how)).word == "accepted"
    await in_thread(process)
    assert await in_thread(state) == before


async def test_replay_changes_nothing_at_once(told: bytes, call: Caller, door: Door) -> None:
    from rookery.intake.models import RawEvent

    assert (await call(told)).word == "duplicate"
    assert await in_thread(RawEvent.objects.count) == 1
    await replay_changes_nothing(door, call, told)


async def test_replay_changes_nothing_when_both_wait_to_be_processed(
    inbox: Any, call: Caller, door: Door
) -> None:
    body = captured()
    for _ in range(3):
        forget_recent(door)
        assert (await call(body)).word == "accepted"
    await in_thread(process)
    assert await in_thread(count_messages) == 1


async def test_replay_changes_nothing_after_its_body_was_pruned(
    told: bytes, call: Caller, door: Door
) -> None:
    from rookery.db.fields import now_millis
    from rookery.intake import parked
    from rookery.intake.models import RawEvent

    assert await in_thread(lambda: parked.prune(now_millis() + 1)) == 1
    assert not await in_thread(RawEvent.objects.exists)
    await replay_changes_nothing(door, call, told)


async def test_replay_of_a_parked_event_changes_nothing_after_it_was_pruned(
    inbox: Any, call: Caller, door: Door
) -> None:
    from rookery.db.fields import now_millis
    from rookery.intake import claims, parked
    from rookery.intake.models import RawEvent

    body = captured()
    assert (await call(body)).word == "accepted"

    def park_and_prune() -> int:
        claims.park(RawEvent.objects.get().pk, "test")
        assert parked.prune(now_millis() + 1) == 0
        return parked.prune_parked(now_millis() + 1)

    assert await in_thread(park_and_prune) == 1
    await replay_changes_nothing(door, call, body)
    assert await in_thread(count_messages) == 0


@pytest.mark.parametrize("again", [{}, {"chat_lid": "98765432101234@lid"}, {"forwarded": True}])
async def test_replay_changes_nothing_after_its_message_was_erased(
    again: dict[str, Any], told: bytes, call: Caller, door: Door
) -> None:
    """Byte for byte, and as another shape of the same message, which no digest knows."""

    def erase() -> None:
        from rookery.conversations.actions import erasing
        from rookery.conversations.models import Message

        assert erasing.do_erase_message(Message.objects.get().pk, by=None)

    await in_thread(erase)
    forget_recent(door)
    assert (await call(captured(**again))).word == "accepted"
    await in_thread(process)
    assert await in_thread(count_messages) == 0


async def test_replay_changes_nothing_after_its_sender_was_erased(
    told: bytes, call: Caller, door: Door
) -> None:
    def erase() -> None:
        from rookery.conversations.actions import erasing
        from rookery.conversations.models import Contact

        contact = Contact.objects.get(contact_inboxes__isnull=False)
        assert erasing.do_erase_contact(contact.pk, by=None)

    await in_thread(erase)
    forget_recent(door)
    assert (await call(captured(forwarded=True))).word == "accepted"
    await in_thread(process)
    assert await in_thread(count_messages) == 0


async def test_replay_changes_nothing_on_another_numbers_address(
    told: bytes, call: Caller, door: Door, channel: Any
) -> None:
    """One gateway's slots share a secret: the event is filed under the number it names, where it is a double."""

    def add_number() -> None:
        from rookery.channels.models import WebhookSecret
        from rookery.conversations.models import Inbox

        other = make_channel(channel.gateway, OTHER)
        Inbox.objects.create(account=channel.account, channel=other, name="Other")
        WebhookSecret.objects.filter(channel=channel).update(channel=None, gateway=channel.gateway)

    await in_thread(add_number)
    await door.directory.refresh()
    await replay_changes_nothing(door, call, told, path=f"/webhooks/whatsapp/{OTHER}")
    await replay_changes_nothing(door, call, told, path="/webhooks/whatsapp")


async def test_replay_is_refused_on_the_address_of_a_number_of_another_gateway(
    told: bytes, call: Caller, door: Door, channel: Any
) -> None:
    def add_number() -> None:
        from rookery.channels.models import Gateway, WebhookSecret

        gateway = Gateway.objects.create(account=channel.account, url="http://other.test")
        WebhookSecret.objects.create(channel=make_channel(gateway, OTHER), value=NEW_SECRET)

    await in_thread(add_number)
    await door.directory.refresh()
    before = await in_thread(state)
    path = f"/webhooks/whatsapp/{OTHER}"
    assert (await call(told, path=path)).status == 401
    # Whoever knows the other gateway's secret cannot write into this number either.
    forget_recent(door)
    assert (await call(told, path=path, signature=sign(told, NEW_SECRET))).word == "ignored"
    assert await in_thread(state) == before


async def test_replay_changes_nothing_after_the_secret_was_rotated(
    told: bytes, call: Caller, door: Door, channel: Any
) -> None:
    def rotate(grace: timedelta) -> None:
        from rookery.channels.models import WebhookSecret

        until = datetime.now(UTC) + grace
        WebhookSecret.objects.filter(channel=channel).exclude(valid_until=None).delete()
        WebhookSecret.objects.filter(channel=channel).delete()
        WebhookSecret.objects.create(channel=channel, value=SECRET, valid_until=until)
        WebhookSecret.objects.create(channel=channel, value=NEW_SECRET)

    await in_thread(lambda: rotate(timedelta(hours=1)))
    await door.directory.refresh()
    await replay_changes_nothing(door, call, told)  # both work, and it is a double
    await replay_changes_nothing(door, call, told, signature=sign(told, NEW_SECRET))
    await in_thread(lambda: rotate(timedelta(seconds=-1)))
    await door.directory.refresh()
    before = await in_thread(state)
    forget_recent(door)
    assert (await call(told)).status == 401
    assert await in_thread(state) == before


async def test_replay_changes_nothing_when_it_went_through_the_spool(
    told: bytes, call: Caller, door: Door, data_dir: Path
) -> None:
    from rookery.intake.models import RawEvent

    forget_recent(door)
    door.store._room.to_spool()
    before = await in_thread(state)
    assert (await call(told)).word == "accepted"
    await until(lambda: not door.store.spooling)
    while await in_thread(RawEvent.objects.count) < 2:
        await until(lambda: True)
    await in_thread(process)
    assert await in_thread(state) == before
