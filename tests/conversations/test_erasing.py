"""What an erasure takes away, what stays, and that nothing comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rookery.accounts.models import Account, AuditEntry
from rookery.conversations.actions import erasing
from rookery.conversations.errors import Refused
from rookery.conversations.models import (
    Address,
    Attachment,
    Blob,
    Contact,
    ContactInbox,
    Conversation,
    Erasure,
    Message,
    PendingChange,
    Reaction,
    Receipt,
    Revision,
    Tombstone,
)
from rookery.conversations.store import tombstones
from rookery.journal.models import Fact
from rookery.media import store
from rookery.ops import scrubbing
from tests.cast import Cast
from tests.media import rows, samples
from tests.media.conftest import bucket, media_folder, stored_files  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
LID = "98765432101234"


@pytest.fixture
def thread(cast: Cast) -> Conversation:
    """A chat with somebody known by number and LID."""
    found = rows.conversation(cast)
    for kind, key in (("pn", rows.CUSTOMER), ("lid", LID)):
        Address.objects.get_or_create(
            account=cast.account,
            kind=kind,
            key=key,
            defaults={"contact": found.contact, "jid": f"{key}@{kind}"},
        )
    return found


def text(thread: Conversation, content: str = "my secret", **more: Any) -> Message:
    return rows.message(thread, kind="text", content=content, **more)


def erased(cast: Cast, message: Message, *keys: tuple[str, str]) -> bool:
    return tombstones.is_erased(cast.channel.pk, keys, message.source_id or "")


def test_message_leaves_a_tombstone_under_every_address(cast: Cast, thread: Conversation) -> None:
    message, other = text(thread), text(thread)
    assert not tombstones.has_any(cast.channel.pk)
    assert erasing.do_erase_message(message.pk, cast.admin)
    assert not Message.objects.filter(pk=message.pk).exists()
    assert erased(cast, message, ("pn", rows.CUSTOMER))
    assert erased(cast, message, ("lid", "unknown"), ("lid", LID))
    assert not erased(cast, message, ("pn", "15550000999"))
    assert not erased(cast, message)
    assert not erased(cast, other, ("pn", rows.CUSTOMER))
    assert not tombstones.is_erased(cast.channel.pk + 1, [("pn", rows.CUSTOMER)], message.source_id or "")
    assert not erasing.do_erase_message(message.pk, cast.admin)


def test_nothing_readable_stays_of_a_message(cast: Cast, thread: Conversation, media_folder: Path) -> None:  # noqa: F811
    message = text(thread)
    reply = text(
        thread, "agreed", quoted_source_id=message.source_id, quoted_id=message.pk, quoted_text="my secret"
    )
    file = rows.attachment(message, blob=_blob(cast), state="stored")
    Reaction.objects.create(message=message, emoji="x", at=1)
    Revision.objects.create(message=message, content="my old secret", at=1, event_id="e")
    Receipt.objects.create(message=message, contact=thread.contact)
    claim = PendingChange.objects.create(
        channel_id=cast.channel.pk, source_id=message.source_id or "", kind="edit", at=1, payload={"value": "secret"},
        created_ms=1,
    )  # fmt: skip
    assert len(stored_files(media_folder)) == 1
    erasing.do_erase_message(message.pk, cast.admin)
    for table, pk in ((Attachment, file.pk), (PendingChange, claim.pk)):
        assert not table.objects.filter(pk=pk).exists()
    assert not any(table.objects.exists() for table in (Reaction, Revision, Receipt, Blob))
    reply.refresh_from_db()
    assert (reply.quoted_text, reply.quoted_id, reply.version) == ("", None, 2)
    entry = AuditEntry.objects.get(action="message.erased")
    assert (entry.actor, entry.target_id, entry.data) == (cast.admin, message.pk, {"messages": 1})
    facts = list(Fact.objects.filter(kind="message.changed").order_by("id"))
    assert [(fact.message_id, fact.data.get("gone")) for fact in facts] == [
        (reply.pk, None),
        (message.pk, True),
    ]
    assert facts[1].data["ref"] == str(message.client_ref)


@pytest.mark.django_db(transaction=True)
def test_bytes_go_with_their_last_message(cast: Cast, media_folder: Path) -> None:  # noqa: F811
    thread, blob = rows.conversation(cast), _blob(cast)
    one, two = (text(thread) for _ in range(2))
    for message in (one, two):
        rows.attachment(message, blob=blob, state="stored")
    erasing.do_erase_message(one.pk, cast.admin)
    assert len(stored_files(media_folder)) == 1
    erasing.do_erase_message(two.pk, cast.admin)
    assert stored_files(media_folder) == []


def test_conversation_shows_what_is_left(cast: Cast, thread: Conversation) -> None:
    first, second = text(thread, "one", at=1_700_000_000), text(thread, "two", at=1_700_000_001)
    Conversation.objects.filter(pk=thread.pk).update(last_message_id=second.pk, unread_count=2)
    erasing.do_erase_message(second.pk, cast.admin)
    thread.refresh_from_db()
    assert (thread.last_message_id, thread.unread_count) == (first.pk, 1)


def test_caches_of_contacts_end_when_something_was_erased(cast: Cast, thread: Conversation) -> None:
    before = Account.objects.get(pk=cast.account.pk).identity_epoch
    erasing.do_erase_message(text(thread).pk, cast.admin)
    assert Account.objects.get(pk=cast.account.pk).identity_epoch > before


def test_message_on_its_way_out_is_not_erased(cast: Cast, thread: Conversation) -> None:
    message = text(thread, direction="out", state="sending")
    for erase, pk in (
        (erasing.do_erase_message, message.pk),
        (erasing.do_erase_conversation, thread.pk),
        (erasing.do_erase_contact, thread.contact_id),
    ):
        with pytest.raises(Refused, match="being_sent"):
            erase(pk, cast.admin)
    assert Message.objects.filter(pk=message.pk).exists()
    assert not Tombstone.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_conversation_goes_in_short_writes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "BATCH", 2)
    thread = rows.conversation(cast)
    messages = [text(thread) for _ in range(5)]
    joined = Conversation.objects.create(
        account=cast.account, inbox=cast.inbox, contact=thread.contact, contact_inbox=thread.contact_inbox,
        display_id=9_001, merged_into=thread,
    )  # fmt: skip
    assert erasing.do_erase_conversation(thread.pk, cast.admin)
    assert not Conversation.objects.filter(pk__in=[thread.pk, joined.pk]).exists()
    assert Contact.objects.filter(pk=thread.contact_id).exists()
    keys = list(Address.objects.filter(contact=thread.contact).values_list("kind", "key"))
    assert keys == [] or all(erased(cast, message, *keys) for message in messages)
    assert AuditEntry.objects.get(action="conversation.erased").data == {"messages": 5}
    assert Fact.objects.filter(kind="conversation.changed").first().data["erased"] is True  # type: ignore[union-attr]
    assert not erasing.do_erase_conversation(thread.pk, cast.admin)


def test_person_goes_with_what_they_wrote_in_groups(cast: Cast, thread: Conversation) -> None:
    person = thread.contact
    private = text(thread)
    group, chat = _group(cast)
    theirs = rows.message(group, kind="text", content="hi all", author=person)
    ours = rows.message(group, kind="text", content="answer", author=_person(cast, "15550000777"))
    Reaction.objects.create(message=ours, contact=person, emoji="x", at=1)
    PendingChange.objects.create(
        channel_id=cast.channel.pk, source_id="UNKNOWN", kind="edit", at=1, claimant_lid=LID, created_ms=1
    )
    assert erasing.do_erase_contact(person.pk, cast.admin)
    assert list(Message.objects.values_list("pk", flat=True)) == [ours.pk]
    assert not Contact.objects.filter(pk=person.pk).exists()
    assert not Address.objects.filter(key__in=[rows.CUSTOMER, LID]).exists()
    assert not PendingChange.objects.exists()
    assert not Reaction.objects.exists()
    assert erased(cast, private, ("pn", rows.CUSTOMER))
    assert erased(cast, private, ("lid", LID))
    assert erased(cast, theirs, ("group", chat))
    ours.refresh_from_db()
    assert ours.version == 2
    assert AuditEntry.objects.get(action="contact.erased").data == {"messages": 2}
    assert not erasing.do_erase_contact(person.pk, cast.admin)


def test_whoever_was_joined_goes_too(cast: Cast, thread: Conversation) -> None:
    once = Contact.objects.create(account=cast.account, merged_into=thread.contact)
    erasing.do_erase_contact(thread.contact_id, cast.admin)
    assert not Contact.objects.filter(pk=once.pk).exists()


def test_long_one_waits_for_the_worker(
    cast: Cast, thread: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    text(thread), text(thread)
    for _ in range(2):
        erasing.do_ask("contact", thread.contact_id, cast.admin)
    assert Erasure.objects.count() == 1
    assert Contact.objects.filter(pk=thread.contact_id).exists()
    assert scrubbing.wanted()
    assert erasing.do_finish() == 1
    assert not Contact.objects.filter(pk=thread.contact_id).exists()
    assert not Erasure.objects.exclude(kind="").exists()


def _blob(cast: Cast) -> Blob:
    import io

    return store.ingest(cast.account, io.BytesIO(samples.png()), name="x.png", limit=10_000_000)


def _person(cast: Cast, number: str) -> Contact:
    found = Contact.objects.create(account=cast.account, name="Bob")
    Address.objects.create(
        account=cast.account, contact=found, kind="pn", key=number, jid=f"{number}@s.whatsapp.net"
    )
    return found


def _group(cast: Cast) -> tuple[Conversation, str]:
    key = "120363041234567890"
    contact = Contact.objects.create(account=cast.account, kind="group", name="All")
    Address.objects.create(account=cast.account, contact=contact, kind="group", key=key, jid=f"{key}@g.us")
    chat = ContactInbox.objects.create(contact=contact, inbox=cast.inbox, jid=f"{key}@g.us")
    made = Conversation.objects.create(
        account=cast.account, inbox=cast.inbox, contact=contact, contact_inbox=chat, display_id=9_100
    )
    return made, key
