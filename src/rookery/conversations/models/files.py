"""Files: what a message carries (Attachment) and the bytes once each (Blob) (decisions D1)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from rookery.accounts.models import Account
from rookery.conversations.models.message import Message
from rookery.db.fields import Millis


class Blob(models.Model):
    """Bytes in storage, once per account and content; `key` is random, so that a digest tells nobody anything."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    sha256 = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    type = models.CharField(max_length=100)  # sniffed MIME type
    key = models.CharField(max_length=120, unique=True)
    thumb_key = models.CharField(max_length=120, default="", blank=True)
    play_key = models.CharField(
        max_length=120, default="", db_default="", blank=True
    )  # AAC, for who has no Opus
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    duration_ms = models.IntegerField(null=True)
    waveform = models.JSONField(default=list, blank=True)  # 0..100, about 60 of them
    pages = models.IntegerField(null=True)
    probed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "sha256"], name="one_blob"),)


class Attachment(models.Model):
    """A file of a message. In: wanted, fetching, stored, failed, gone. Out: uploaded, converting, ready, refused."""

    class State(models.TextChoices):
        WANTED = "wanted"
        FETCHING = "fetching"
        STORED = "stored"
        FAILED = "failed"
        GONE = "gone"
        UPLOADED = "uploaded"
        CONVERTING = "converting"
        READY = "ready"
        REFUSED = "refused"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    position = models.SmallIntegerField(default=0, db_default=0)
    kind = models.CharField(max_length=12)  # image video video_note audio voice document sticker
    state = models.CharField(max_length=10, choices=State, default=State.WANTED, db_default="wanted")
    path = models.CharField(max_length=1000, default="", db_default="", blank=True)  # the gateway's, as sent
    url = models.TextField(default="", db_default="", blank=True)
    name = models.CharField(max_length=255, default="", db_default="", blank=True)  # clean name for people
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="attachments")
    attempts = models.SmallIntegerField(default=0, db_default=0)
    due_ms = Millis(default=0, db_default=0)
    owner = models.CharField(max_length=40, default="", db_default="", blank=True)
    lease_ms = Millis(default=0, db_default=0)
    error = models.CharField(max_length=60, default="", db_default="", blank=True)
    created_ms = Millis(default=0, db_default=0)
    stored_ms = Millis(
        default=0, db_default=0
    )  # since when the bytes are here: what the retention rule goes by
    any_size = models.BooleanField(default=False, db_default=False)  # an administrator wants it however large

    class Meta:
        indexes = (
            models.Index(
                fields=["due_ms", "id"],
                condition=Q(state__in=["wanted", "fetching"]),
                name="attachment_queue",
            ),
            models.Index(
                fields=["stored_ms", "id"], condition=Q(blob__isnull=False), name="attachment_stored"
            ),
        )
