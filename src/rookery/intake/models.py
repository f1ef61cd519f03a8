"""What came, as it came (decisions A4)."""

from __future__ import annotations

from django.db import models

from rookery.channels.models import Channel
from rookery.db.fields import Millis


class RawEvent(models.Model):
    """A webhook body, byte for byte. The row is the queue."""

    class State(models.IntegerChoices):
        NEW = 0
        DONE = 1
        PARKED = 2

    id = models.BigAutoField(primary_key=True)
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, null=True, db_index=False, db_constraint=False
    )
    received_ms = Millis()
    signature = models.BinaryField(max_length=32)
    body = models.BinaryField()
    state = models.SmallIntegerField(choices=State, default=State.NEW, db_default=0)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    due_ms = Millis(default=0, db_default=0)
    error = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        # Partial and append-only: the door pays for one sequential entry, the queue never scans what is done.
        indexes = (
            models.Index(fields=["id"], condition=models.Q(state=0), name="raw_event_new"),
            models.Index(fields=["id"], condition=models.Q(state=2), name="raw_event_parked"),
        )


class SeenEvent(models.Model):
    """The digest of a processed delivery: a doubled or replayed one is a no-op for good."""

    channel_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=16)
    day = models.IntegerField()  # days since 1970, for the curious and for pruning by hand

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel_id", "digest"], name="seen_once"),)
