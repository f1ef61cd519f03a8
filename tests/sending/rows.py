"""A small team with one number, and people to write to: the rows that tests about sending need."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from rookery.accounts.models import Account, Membership, User
from rookery.channels.models import Channel, Gateway
from rookery.conversations.models import Address, Contact, ContactInbox, Conversation, Inbox, Message
from rookery.waid import Jid, address_key, phone

Post = Callable[..., Message]
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Team:
    """One account, one number, one agent."""

    account: Account
    user: User
    gateway: Gateway
    channel: Channel
    inbox: Inbox


def make_team(
    url: str = "http://gateway.test:3000", number: str = "+15550000001", slot: str = "demo"
) -> Team:
    """A new account whose number is reached at `url`; its pace is off."""
    account = Account.objects.create(name="Shop")
    user = User.objects.create(email=f"agent{next(_numbers)}@example.com", name="Ana")
    Membership.objects.create(account=account, user=user)
    gateway = Gateway.objects.create(account=account, url=url, username="admin", password="sandbox")
    return Team(account, user, gateway, *make_number(account, gateway, number, slot))


def make_number(account: Account, gateway: Gateway, number: str, slot: str) -> tuple[Channel, Inbox]:
    """Another number of the account, with its inbox."""
    channel = Channel.objects.create(
        account=account,
        gateway=gateway,
        phone=number,
        phone_key=phone.key(number),
        device_id=slot,
        settings={"pace_per_minute": 0},
    )
    return channel, Inbox.objects.create(account=account, channel=channel, name=f"Inbox {slot}")


def make_chat(
    team: Team, number: str = "5521987650000", *, lid: str = "", inbox: Inbox | None = None
) -> Conversation:
    """A person and an open conversation with them."""
    inbox = inbox or team.inbox
    person = Contact.objects.create(account=team.account, name=number, listed=True)
    jids = [Jid.of_phone(number)] + ([Jid.parse(lid)] if lid else [])
    for jid in jids:
        kind, key = address_key(jid)
        Address.objects.create(account=team.account, contact=person, kind=kind, key=key, jid=str(jid))
    thread = ContactInbox.objects.create(contact=person, inbox=inbox, jid=str(jids[0]))
    team.account.refresh_from_db()
    display_id = team.account.next_display_id
    Account.objects.filter(pk=team.account.pk).update(next_display_id=display_id + 1)
    return Conversation.objects.create(
        account=team.account, inbox=inbox, contact_inbox=thread, contact=person, display_id=display_id
    )


def make_incoming(conversation: Conversation, source_id: str, text: str, at: int) -> Message:
    """A message the customer wrote."""
    return Message.objects.create(
        account_id=conversation.account_id,
        inbox_id=conversation.inbox_id,
        channel_id=conversation.inbox.channel_id,
        contact_inbox_id=conversation.contact_inbox_id,
        conversation=conversation,
        direction="in",
        author_id=conversation.contact_id,
        content=text,
        source_id=source_id,
        at=at,
        tie=source_id,
    )


def make_phone_message(conversation: Conversation, source_id: str, text: str, at: int) -> Message:
    """A message that came in as our own, seen through another slot or typed on the phone."""
    return Message.objects.create(
        account_id=conversation.account_id,
        inbox_id=conversation.inbox_id,
        channel_id=conversation.inbox.channel_id,
        contact_inbox_id=conversation.contact_inbox_id,
        conversation=conversation,
        direction="out",
        via="other",
        content=text,
        source_id=source_id,
        at=at,
        tie=source_id,
        state="sent",
        rank=1,
        sent_at=at,
    )


def make_group(team: Team, user: str) -> Conversation:
    """A group and an open conversation with it."""
    chat = make_chat(team, "5521900000000")
    Address.objects.filter(contact=chat.contact).update(kind="group", key=user, jid=f"{user}@g.us")
    Contact.objects.filter(pk=chat.contact_id).update(kind="group")
    ContactInbox.objects.filter(pk=chat.contact_inbox_id).update(jid=f"{user}@g.us")
    return Conversation.objects.get(pk=chat.pk)


def state_of(message: Message) -> str:
    """The message's state now."""
    return Message.objects.values_list("state", flat=True).get(pk=message.pk)
