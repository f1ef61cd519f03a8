"""Where conversations land, and who works there."""

from __future__ import annotations

from django.db import models

from rookery.accounts.models import Account, User
from rookery.channels.models import Channel


class Inbox(models.Model):
    """The team-facing place of one channel."""

    class Resolved(models.TextChoices):
        """What a customer's message to a resolved conversation does."""

        REOPEN = "reopen"
        NEW = "new"
        PENDING = "pending"
        ONE_THREAD = "one_thread"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="inboxes")
    channel = models.OneToOneField(Channel, on_delete=models.SET_NULL, null=True, related_name="inbox")
    name = models.CharField(max_length=255)
    after_resolved = models.CharField(max_length=12, choices=Resolved, default=Resolved.REOPEN)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class InboxMember(models.Model):
    """An agent who works in an inbox; administrators see all inboxes."""

    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="inbox_memberships")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["inbox", "user"], name="one_inbox_member"),)
