"""Gateway, webhook secrets, channel, device state (decisions B1)."""

from __future__ import annotations

import uuid

from django.db import models

from rookery.accounts.encryption import EncryptedField
from rookery.accounts.models import Account
from rookery.db.fields import Millis


class Gateway(models.Model):
    """One gateway program; it may serve several numbers."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="gateways")
    url = models.CharField(max_length=500)
    username = models.CharField(max_length=255, default="", blank=True)
    password = EncryptedField(default="", blank=True)
    declared = models.CharField(max_length=60, default="", blank=True)  # name of an environment declaration
    version = models.CharField(max_length=40, default="", blank=True)
    capabilities = models.JSONField(default=dict, blank=True)
    # Breaker: after refusals in a row nothing is tried until `breaker_until_ms`, then one probe.
    breaker_failures = models.IntegerField(default=0, db_default=0)
    breaker_until_ms = Millis(default=0, db_default=0)
    created_at = models.DateTimeField(auto_now_add=True)


class Channel(models.Model):
    """One WhatsApp number, reached through a gateway's slot."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="channels")
    gateway = models.ForeignKey(Gateway, on_delete=models.PROTECT, related_name="channels")
    provider = models.CharField(max_length=40, default="whatsapp_web")
    phone = models.CharField(max_length=16)  # E.164 with +
    phone_key = models.CharField(max_length=20, unique=True)  # canonical digits: a number exists once
    device_id = models.CharField(max_length=120, default="")  # the gateway's slot id
    own_pn = models.CharField(max_length=60, default="", blank=True)
    own_lid = models.CharField(max_length=60, default="", blank=True)
    clock_offset_ms = models.BigIntegerField(default=0, db_default=0)  # WhatsApp's second minus our clock
    complete_until = models.BigIntegerField(null=True)  # epoch seconds up to which nothing is missing
    settings = models.JSONField(default=dict, blank=True)
    # Pace: a token bucket.
    pace_tokens = models.FloatField(default=20, db_default=20)
    pace_at_ms = Millis(default=0, db_default=0)
    last_event_ms = Millis(null=True)
    last_sent_ms = Millis(null=True)
    ignored_events = models.BigIntegerField(default=0, db_default=0)
    oversized_events = models.BigIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"channel {self.pk}"


class WebhookSecret(models.Model):
    """A secret that signs webhooks: of one channel, or of a gateway whose slots share one."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    gateway = models.ForeignKey(Gateway, on_delete=models.CASCADE, null=True, related_name="secrets")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, null=True, related_name="secrets")
    value = EncryptedField()
    created_at = models.DateTimeField(auto_now_add=True)
    valid_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(gateway__isnull=False) | models.Q(channel__isnull=False),
                name="secret_has_owner",
            ),
        )


class DeviceState(models.Model):
    """What was seen of a number's linked phone; a new row for each change, the newest one is the state."""

    class State(models.TextChoices):
        UNPAIRED = "unpaired"
        PAIRING = "pairing"
        CONNECTED = "connected"
        LOST = "lost"
        LOGGED_OUT = "logged_out"
        BANNED = "banned"
        UNREACHABLE = "unreachable"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="states")
    state = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=80, default="", blank=True)
    since = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["channel", "-since"], name="device_state_newest"),)
