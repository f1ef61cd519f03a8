"""The secret of a gateway's webhooks as a person copies it, and what the door has seen while that person waits."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Q

from rookery import db
from rookery.accounts.encryption import is_readable
from rookery.accounts.models import AuditEntry, User
from rookery.channels import notices
from rookery.channels.models import Channel, WebhookSecret
from rookery.telemetry import metrics

SHOWN: Final = "secret_shown"  # in a channel's settings: its gateway's secret was copied from a page
GRACE: Final = timedelta(hours=24)
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Sightings:
    """What the door has counted. `unsigned`: missing or wrong signatures, for whatever number, in this installation;
    `nobody`: for numbers that are not here; `others`: signed by this gateway, meant for numbers it does not serve."""

    arrived_ms: int
    unsigned: int
    nobody: int
    others: int


def sightings(channel: Channel) -> Sightings:
    """The counters as they are now: compare two of them."""
    found = Channel.objects.values_list("last_event_ms", "ignored_events").get(pk=channel.pk)
    lines = metrics.render().decode().splitlines()
    nobody = _value(lines, 'rookery_webhooks_total{answer="404"} ')
    return Sightings(found[0] or 0, _value(lines, "whatsapp_web_signature_invalid_total "), nobody, found[1])


def is_fed(channel: Channel) -> bool:
    """Whether another number of the same gateway gets its events here: then this one's come the same way."""
    others = Channel.objects.filter(gateway_id=channel.gateway_id).exclude(pk=channel.pk)
    return others.filter(last_event_ms__gt=0).exists() and _held(channel) is not None


def was_shown(channel: Channel) -> bool:
    """Whether the gateway's secret was shown on a page already."""
    of_gateway = Channel.objects.filter(gateway_id=channel.gateway_id).values_list("settings", flat=True)
    return any(held.get(SHOWN) for held in of_gateway)


def do_show_once(channel: Channel, by: User) -> str | None:
    """The secret that signs the gateway's events, the first time it is asked for; then None: make a new one."""
    held = _held(channel)
    if held is None or was_shown(channel):
        return None
    with db.write():
        _do_mark(channel)
        _do_audit(channel, by, "webhook_secret.shown")
    return str(held.value)


def do_renew(channel: Channel, by: User) -> str:
    """A new secret for the whole gateway. The one before is good for another day: until it was changed there too."""
    value = secrets.token_hex(_SECRET_BYTES)
    with db.write():
        # A slot's own secret stays: the gateway was told that one by us, and nobody would tell it another.
        held = WebhookSecret.objects.filter(gateway_id=channel.gateway_id, valid_until__isnull=True)
        held.update(valid_until=datetime.now(UTC) + GRACE)
        WebhookSecret.objects.create(gateway_id=channel.gateway_id, value=value)
        _do_mark(channel)
        _do_audit(channel, by, "webhook_secret.renewed")
        notices.changed()
    return value


def _held(channel: Channel) -> WebhookSecret | None:
    rows = WebhookSecret.objects.filter(
        Q(gateway_id=channel.gateway_id) | Q(channel=channel), valid_until__isnull=True
    )
    # The gateway's before the slot's own: it is meant for what the gateway is started with.
    in_order = sorted(rows, key=lambda row: (row.gateway_id is not None, row.pk), reverse=True)
    return next((row for row in in_order if is_readable(row, "value")), None)


def _do_mark(channel: Channel) -> None:
    fresh = Channel.objects.only("settings").get(pk=channel.pk)
    fresh.settings = {**fresh.settings, SHOWN: True}
    fresh.save(update_fields=["settings"])


def _do_audit(channel: Channel, by: User, action: str) -> None:
    AuditEntry.objects.create(
        account_id=channel.account_id, actor=by, action=action, target_kind="channel", target_id=channel.pk
    )


def _value(lines: list[str], start: str) -> int:
    return next((int(float(line.removeprefix(start))) for line in lines if line.startswith(start)), 0)
