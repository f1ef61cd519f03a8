"""Messages with files, as processing leaves them."""

from __future__ import annotations

import itertools
from typing import Any

from rookery.channels.models import Channel, Gateway
from rookery.conversations.models import Attachment, Contact, ContactInbox, Conversation, Inbox, Message
from rookery.db.fields import now_seconds
from tests.cast import Cast

_numbers = itertools.count(1)
CUSTOMER = "15550000101"


def conversation(cast: Cast, inbox: Inbox | None = None, phone: str = CUSTOMER) -> Conversation:
    """A chat with a customer."""
    inbox = inbox or cast.inbox
    contact = Contact.objects.create(account=cast.account, name="Ada", phone=f"+{phone}", listed=True)
    chat = ContactInbox.objects.create(contact=contact, inbox=inbox, jid=f"{phone}@s.whatsapp.net")
    return Conversation.objects.create(
        account=cast.account, inbox=inbox, contact=contact, contact_inbox=chat, display_id=next(_numbers)
    )


def message(thread: Conversation, source_id: str = "", **more: Any) -> Message:
    number = next(_numbers)
    fields: dict[str, Any] = {"direction": "in", "kind": "image", "at": now_seconds(), **more}
    source_id = source_id or f"A5F0{number:028X}"
    return Message.objects.create(
        account=thread.account, inbox=thread.inbox, channel=thread.inbox.channel, conversation=thread,
        contact_inbox=thread.contact_inbox, source_id=source_id, tie=source_id, **fields,
    )  # fmt: skip


def attachment(
    of: Message, path: str = "statics/media/x.jpg", kind: str = "image", **more: Any
) -> Attachment:
    return Attachment.objects.create(account=of.account, message=of, path=path, kind=kind, **more)


def number(cast: Cast, phone: str, url: str) -> Inbox:
    """Another number at another gateway."""
    gateway = Gateway.objects.create(account=cast.account, url=url, username="admin", password="sandbox")
    channel = Channel.objects.create(
        account=cast.account, gateway=gateway, phone=f"+{phone}", phone_key=phone, device_id="other"
    )
    return Inbox.objects.create(account=cast.account, channel=channel, name="Other")
