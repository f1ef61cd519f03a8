"""What happens to a message after it exists, and what waits until it can be judged (decisions B2)."""

from __future__ import annotations

from django.db import models

from rookery.accounts.models import Account, User
from rookery.conversations.models.contact import Contact, ContactInbox
from rookery.conversations.models.message import Message
from rookery.db.fields import Millis, Seconds


class Receipt(models.Model):
    """One participant's progress on one of our messages (groups; in a direct chat the message's state says all)."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="receipts")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    delivered_at = Seconds(null=True)
    read_at = Seconds(null=True)
    played_at = Seconds(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "contact"], name="one_receipt"),)


class Reaction(models.Model):
    """One author's emoji on a message; `contact` is null for our own number. Empty emoji: withdrawn, kept for order."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="+")
    emoji = models.CharField(max_length=64, default="", blank=True)
    at = Seconds()
    event_id = models.CharField(max_length=128, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "contact"], name="one_reaction"),
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(contact__isnull=True), name="one_own_reaction"
            ),
        )


class Revision(models.Model):
    """An earlier text of an edited message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    content = models.TextField(default="", blank=True)
    at = Seconds()
    event_id = models.CharField(max_length=128, default="")


class PendingChange(models.Model):
    """A claim that cannot be judged yet: unknown target, unknown alias, unknown roles. Kept for thirty days."""

    channel_id = models.BigIntegerField()
    source_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=12)
    at = Seconds()
    event_id = models.CharField(max_length=128, default="")
    payload = models.JSONField(default=dict)
    created_ms = Millis()

    class Meta:
        indexes = (models.Index(fields=["channel_id", "source_id"], name="pending_change_target"),)


class Tombstone(models.Model):
    """A message that was deleted for everyone before we ever saw it."""

    channel_id = models.BigIntegerField()
    contact_inbox = models.ForeignKey(ContactInbox, on_delete=models.CASCADE, null=True, related_name="+")
    source_id = models.CharField(max_length=128)
    at = Seconds()
    payload = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["channel_id", "source_id"], name="tombstone_target"),)


class Merge(models.Model):
    """Two contacts that proved to be one; `moved` names every row that moved, so that it can be undone."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kept = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    merged = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = Seconds()
    undone_at = Seconds(null=True)
