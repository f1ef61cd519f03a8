"""Chats to read: contacts with addresses, conversations, messages, as processing leaves them."""

from __future__ import annotations

import itertools
from typing import Any

from rookery.accounts.models import Account
from rookery.conversations.models import (
    Address,
    Attachment,
    Blob,
    Contact,
    ContactInbox,
    Conversation,
    Inbox,
    Message,
)
from rookery.conversations.store import threads
from rookery.waid import Jid, address_key
from tests.cast import Cast

_numbers = itertools.count(1)
NOON = 1_772_625_600


def contact(cast: Cast, name: str = "Bia", phone: str = "", *, lid: str = "", **more: Any) -> Contact:
    """A listed person with an address of each kind named."""
    number = phone or f"55219{80000000 + next(_numbers)}"
    row = Contact.objects.create(
        account=cast.account, name=name, phone=f"+{number}", listed=True, created_at=NOON, **more
    )
    for jid in [Jid.of_phone(number)] + ([Jid.parse(lid)] if lid else []):
        kind, key = address_key(jid)
        Address.objects.create(account=cast.account, contact=row, kind=kind, key=key, jid=str(jid))
    return row


def chat(
    cast: Cast, name: str = "Bia", phone: str = "", *, inbox: Inbox | None = None, lid: str = "", **more: Any
) -> Conversation:
    """A conversation with a new person, open unless `status` says otherwise."""
    return thread(cast, contact(cast, name, phone, lid=lid), inbox, **more)


def thread(cast: Cast, person: Contact, inbox: Inbox | None = None, **more: Any) -> Conversation:
    """Another conversation with somebody."""
    inbox = inbox or cast.inbox
    jid = Address.objects.filter(contact=person).order_by("pk").values_list("jid", flat=True)[0]
    place, _ = ContactInbox.objects.get_or_create(contact=person, inbox=inbox, defaults={"jid": jid})
    account = Account.objects.get(pk=cast.account.pk)
    Account.objects.filter(pk=account.pk).update(next_display_id=account.next_display_id + 1)
    fields: dict[str, Any] = {
        "created_at": NOON,
        "opened_at": NOON,
        "last_activity_at": NOON,
        "updated_ms": NOON * 1000,
    }
    return Conversation.objects.create(
        account=cast.account,
        inbox=inbox,
        contact_inbox=place,
        contact=person,
        display_id=account.next_display_id,
        **{**fields, **more},
    )


def message(conversation: Conversation, text: str = "hello", at: int = NOON, **more: Any) -> Message:
    """A customer's message; `direction="out"` and the like make it another."""
    source_id = more.pop("source_id", f"A5F0{next(_numbers):028X}")
    fields: dict[str, Any] = {
        "direction": "in",
        "author_id": conversation.contact_id if more.get("direction", "in") == "in" else None,
        "created_ms": at * 1000,
        **more,
    }
    row = Message.objects.create(
        account_id=conversation.account_id,
        inbox_id=conversation.inbox_id,
        channel_id=conversation.inbox.channel_id,
        contact_inbox_id=conversation.contact_inbox_id,
        conversation=conversation,
        content=text,
        source_id=source_id,
        at=at,
        tie=source_id or f"~{next(_numbers):015d}",
        **fields,
    )
    threads.touch(conversation.pk, at, unread=0, waiting=False, answered=False)
    return row


def file(of: Message, kind: str = "image", type: str = "image/jpeg", **more: Any) -> Attachment:
    """A stored file of a message."""
    number = next(_numbers)
    blob = Blob.objects.create(
        account_id=of.account_id,
        sha256=number.to_bytes(32, "big"),
        size=20480,
        type=type,
        key=f"blob{number}",
        thumb_key=f"thumb{number}",
        width=640,
        height=480,
    )
    fields = {"state": "stored", "name": "photo.jpg", "blob": blob, **more}
    return Attachment.objects.create(account_id=of.account_id, message=of, kind=kind, **fields)
