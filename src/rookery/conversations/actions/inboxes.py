"""Inboxes and the numbers behind them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError

from rookery import db
from rookery.accounts.encryption import is_readable
from rookery.accounts.models import Account, AuditEntry, User
from rookery.channels import notices
from rookery.channels.models import Channel, Gateway, WebhookSecret
from rookery.conversations import facts
from rookery.conversations.errors import Refused
from rookery.conversations.models import Inbox, InboxMember, Message
from rookery.telemetry import metrics
from rookery.waid import phone

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number to be added. `gateway` is used when given, else one is made from address and credentials.

    `secret` is made when empty. `shared` puts it on the gateway: its slots have one secret for all their webhooks.
    """

    name: str
    phone: str
    url: str = ""
    username: str = ""
    password: str = ""
    device_id: str = ""
    gateway: Gateway | None = None
    secret: str = ""
    shared: bool = True
    own_pn: str = ""
    settings: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class AddedNumber:
    """What was made; the secret is shown this once."""

    inbox: Inbox
    channel: Channel
    secret: str


def do_add_number(account: Account, new: NewNumber, *, by: User | None = None) -> AddedNumber:
    """Create gateway (unless given), channel, secret and inbox together. Raises Refused("number_taken").

    A number exists once in the installation: the unique key of Channel decides, also between two at once.
    """
    number = phone.parse_e164(new.phone)
    try:
        with db.write():
            gateway = new.gateway or _gateway(account, new)
            channel = Channel.objects.create(
                account=account,
                gateway=gateway,
                phone=number,
                phone_key=phone.key(number),
                device_id=new.device_id,
                own_pn=new.own_pn,
                settings=new.settings or {},
            )
            secret = _secret(gateway, channel, new)
            inbox = Inbox.objects.create(account=account, channel=channel, name=new.name)
            AuditEntry.objects.create(
                account=account, actor=by, action="inbox.created", target_kind="inbox", target_id=inbox.pk
            )
            facts.record(facts.CHANNEL_CHANGED, account=account.pk, inbox=inbox.pk, channel=channel.pk)
            notices.changed()
    except IntegrityError as error:
        metrics.inbox_created.labels(status="failed").inc()
        raise Refused("number_taken", "phone") from error
    metrics.inbox_created.labels(status="success").inc()
    return AddedNumber(inbox, channel, secret)


def do_add_for(
    account: Account, new: NewNumber, members: list[User] | None = None, *, by: User | None = None
) -> AddedNumber:
    """`do_add_number`, and these people work in it: everybody of the account unless named. Nothing is done at the
    gateway, so of two at once the one that is refused leaves nothing there. Raises Refused("number_taken")."""
    with db.write():
        added = do_add_number(account, new, by=by)
        everybody = User.objects.filter(memberships__account=account, is_active=True)
        do_set_members(added.inbox, list(everybody) if members is None else members)
    return added


def is_taken(number: str) -> bool:
    """Whether a number is here already, in either of its spellings."""
    return Channel.objects.filter(phone_key=phone.key(number)).exists()


def newest_incoming(inbox: Inbox, after: int = 0) -> Message | None:
    """The newest message that somebody wrote to the inbox, later than that one."""
    rows = Message.objects.filter(inbox=inbox, direction=Message.Direction.IN, pk__gt=after)
    return rows.select_related("conversation", "conversation__contact").order_by("-pk").first()


def do_set_members(inbox: Inbox, users: list[User]) -> None:
    """Exactly these agents work in the inbox."""
    with db.write():
        InboxMember.objects.filter(inbox=inbox).exclude(user__in=users).delete()
        for user in users:
            InboxMember.objects.get_or_create(inbox=inbox, user=user)
        facts.record(facts.ACCESS_CHANGED, account=inbox.account_id, inbox=inbox.pk)


def _gateway(account: Account, new: NewNumber) -> Gateway:
    """The gateway with this very address and credentials. One whose password does not open (its key was lost) is
    nobody's match."""
    for known in Gateway.objects.filter(account=account, url=new.url, username=new.username).order_by("pk"):
        if is_readable(known, "password") and known.password == new.password:
            return known
    return Gateway.objects.create(account=account, url=new.url, username=new.username, password=new.password)


def _secret(gateway: Gateway, channel: Channel, new: NewNumber) -> str:
    """One secret a gateway where its slots share it, found again for a further number unless it does not open."""
    if new.shared and not new.secret:
        for known in WebhookSecret.objects.filter(gateway=gateway, valid_until__isnull=True).order_by("pk"):
            if is_readable(known, "value"):
                return str(known.value)
    value = new.secret or secrets.token_hex(SECRET_BYTES)
    if new.shared:
        WebhookSecret.objects.create(gateway=gateway, value=value)
    else:
        WebhookSecret.objects.create(channel=channel, value=value)
    return value
