"""Each number: its phone, its webhook secret, what came through its door, its clock."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.models import Q

from rookery.accounts.encryption import SecretUnavailable
from rookery.channels import states
from rookery.channels.models import Channel, DeviceState, WebhookSecret
from rookery.conversations.models import Inbox
from rookery.intake.book import is_guessable
from rookery.ops.doctor.findings import Finding, green, red, yellow
from rookery.waid import phone

CLOCK_MS = 5_000
_LINK = "open the gateway's page and scan the QR code with the phone (docs/connecting-a-gateway.md)"
_STATES = {
    DeviceState.State.UNPAIRED: ("no phone is linked", _LINK),
    DeviceState.State.PAIRING: ("waits for its QR code to be scanned", _LINK),
    DeviceState.State.LOGGED_OUT: ("the phone was logged out", _LINK),
    DeviceState.State.BANNED: ("WhatsApp has banned this number", "nothing that Rookery can do"),
    DeviceState.State.LOST: (
        "the gateway lost the phone",
        "is the phone on and online? the gateway tries by itself",
    ),
    DeviceState.State.UNREACHABLE: ("its gateway did not answer", "see the gateway's line"),
}
_WORKING = (DeviceState.State.PAIRING, DeviceState.State.LOST)


def look() -> list[Finding]:
    rows = Channel.objects.select_related("gateway").order_by("pk")
    return [finding for channel in rows for finding in _of(channel)]


def part(channel: Channel) -> str:
    """The inbox's name and the last four digits: a report is often sent to somebody."""
    inbox = Inbox.objects.filter(channel=channel).first()
    return f"number {inbox.name if inbox else ''} {phone.mask(channel.phone)}".replace("  ", " ")


def _of(channel: Channel) -> list[Finding]:
    name = part(channel)
    return [
        _state(name, channel),
        *_secrets(name, channel),
        _events(name, channel),
        *_troubles(name, channel),
    ]


def _state(name: str, channel: Channel) -> Finding:
    newest = states.current(channel)
    if newest is None:
        return yellow(
            name, "its phone was not looked at yet", "the worker looks twice a minute: start rookery serve"
        )
    if newest.state == DeviceState.State.CONNECTED:
        return green(name, "phone connected")
    words, todo = _STATES[DeviceState.State(newest.state)]
    if newest.reason == "other_number":
        words, todo = (
            "another number is linked in its slot",
            "link the right phone, or add that number instead",
        )
    make = yellow if newest.state in _WORKING else red
    return make(name, f"{words} (since {newest.since:%Y-%m-%d %H:%M} UTC)", todo)


def _secrets(name: str, channel: Channel) -> list[Finding]:
    now = datetime.now(UTC)
    rows = WebhookSecret.objects.filter(Q(channel=channel) | Q(gateway_id=channel.gateway_id))
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=now))
    good, found = 0, []
    for row in rows:
        try:
            value = str(row.value)
        except SecretUnavailable:
            todo = "restore the encryption key (ROOKERY_ENCRYPTION_KEY)"
            found.append(red(name, "its webhook secret cannot be opened", todo))
            continue
        if is_guessable(value):
            words = "its webhook secret is the gateway's default word or too short; it is not accepted"
            found.append(
                red(name, words, "give the gateway a secret of 32 characters or more, and add it here")
            )
        else:
            good += 1
    if not rows:
        found.append(red(name, "has no webhook secret, so no event is accepted", "add the number again"))
    return found if found or not good else [green(name, "webhook secret set")]


def _events(name: str, channel: Channel) -> Finding:
    if channel.last_event_ms:
        at = datetime.fromtimestamp(channel.last_event_ms / 1000, UTC)
        return green(name, f"last event {at:%Y-%m-%d %H:%M} UTC")
    todo = "start the gateway with the webhook options that inbox add printed, then write to the number"
    return yellow(name, "no event has come yet", todo)


def _troubles(name: str, channel: Channel) -> list[Finding]:
    found = []
    if abs(channel.clock_offset_ms) > CLOCK_MS:
        words = f"this machine's clock is {abs(channel.clock_offset_ms) / 1000:.0f} s away from WhatsApp's"
        found.append(yellow(name, words, "switch on time synchronisation (timedatectl set-ntp true)"))
    if channel.ignored_events:
        words = f"{channel.ignored_events} signed event(s) were meant for numbers that are not here"
        found.append(yellow(name, words, "add those numbers, or take this address out of their gateway"))
    if channel.oversized_events:
        words = f"{channel.oversized_events} event(s) were larger than allowed and not kept"
        found.append(yellow(name, words, "raise ROOKERY_WEBHOOK_MAX_BYTES"))
    return found
