"""Inboxes and the numbers behind them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.db import IntegrityError

from rookery import db
from rookery.accounts.models import Account, AuditEntry, User
from rookery.channels import notices
from rookery.channels.models import Channel, Gateway, WebhookSecret
from rookery.conversations import facts
from rookery.conversations.errors import Refused
from rookery.conversations.models import Inbox, InboxMember
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


def do_set_members(inbox: Inbox, users: list[User]) -> None:
    """Exactly these agents work in the inbox."""
    with db.write():
        InboxMember.objects.filter(inbox=inbox).exclude(user__in=users).delete()
        for user in users:
            InboxMember.objects.get_or_create(inbox=inbox, user=user)
        facts.record(facts.ACCESS_CHANGED, account=inbox.account_id, inbox=inbox.pk)


def _gateway(account: Account, new: NewNumber) -> Gateway:
    known = Gateway.objects.filter(account=account, url=new.url, username=new.username).first()
    if known is not None and known.password == new.password:
        return known
    return Gateway.objects.create(account=account, url=new.url, username=new.username, password=new.password)


def _secret(gateway: Gateway, channel: Channel, new: NewNumber) -> str:
    """One secret a gateway where its slots share it, found again for a further number."""
    if new.shared and not new.secret:
        known = WebhookSecret.objects.filter(gateway=gateway, valid_until__isnull=True).first()
        if known is not None:
            return str(known.value)
    value = new.secret or secrets.token_hex(SECRET_BYTES)
    if new.shared:
        WebhookSecret.objects.create(gateway=gateway, value=value)
    else:
        WebhookSecret.objects.create(channel=channel, value=value)
    return value
