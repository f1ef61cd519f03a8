"""Facts carry ids and enums, never texts: a stream may show them to everybody who may see the row."""

from __future__ import annotations

from django.db import models

from rookery.db.fields import Millis


class Fact(models.Model):
    """One thing that happened, in commit order of ids."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    account_id = models.BigIntegerField()
    inbox_id = models.BigIntegerField(null=True)
    conversation_id = models.BigIntegerField(null=True)
    message_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)
    at_ms = Millis()

    class Meta:
        indexes = (models.Index(fields=["conversation_id", "id"], name="fact_conversation"),)


class Epoch(models.Model):
    """Which life of the journal ids belong to; a restore starts another one."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.CharField(max_length=16)
