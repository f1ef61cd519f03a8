"""What is still to be forgotten after something was erased."""

from __future__ import annotations

from django.db import models

from rookery.accounts.models import Account, User
from rookery.db.fields import Millis


class Erasure(models.Model):
    """What is still to be done. With a `kind` (contact, conversation): that row is to be erased, which takes long.

    Without: the raw bodies of what was erased are to be searched for by `needles` (message ids, numbers). The row goes
    when that is done, and the needles with it.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, default="", blank=True)
    target_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    needles = models.JSONField(default=list)
    after_id = models.BigIntegerField(default=0)  # raw events up to this one are searched
    created_ms = Millis()
