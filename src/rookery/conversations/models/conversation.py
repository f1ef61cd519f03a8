"""A contact inbox's thread of work."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from rookery.accounts.models import Account, Team, User
from rookery.conversations.models.contact import Contact, ContactInbox
from rookery.conversations.models.inbox import Inbox
from rookery.db.fields import Seconds


class Label(models.Model):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="labels")
    title = models.CharField(max_length=80)
    description = models.CharField(max_length=255, default="", blank=True)
    color = models.CharField(max_length=9, default="#1f93ff")
    show_on_sidebar = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "title"], name="one_label"),)


class CannedResponse(models.Model):
    """A saved reply inserted by its short code."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="canned_responses")
    short_code = models.CharField(max_length=80)
    content = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "short_code"], name="one_short_code"),)


class Conversation(models.Model):
    """Open, pending, snoozed or resolved; at most one unresolved per contact inbox, held by the database."""

    class Status(models.TextChoices):
        OPEN = "open"
        PENDING = "pending"
        SNOOZED = "snoozed"
        RESOLVED = "resolved"

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="conversations")
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="conversations")
    contact_inbox = models.ForeignKey(ContactInbox, on_delete=models.CASCADE, related_name="conversations")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="conversations")
    display_id = models.BigIntegerField()
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    assignee = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    priority = models.CharField(max_length=6, default="", db_default="", blank=True)
    labels = models.ManyToManyField(Label, related_name="conversations", blank=True)
    snoozed_until = Seconds(null=True)
    unread_count = models.IntegerField(default=0, db_default=0)
    # The newest bubble, denormalised for the list; a plain id because messages point here already.
    last_message_id = models.BigIntegerField(null=True)
    last_activity_at = Seconds(default=0, db_default=0)
    # Read up to this place, by an agent or on the phone; and the newest second we wrote.
    read_at = Seconds(default=0, db_default=0)
    read_tie = models.CharField(max_length=140, default="", db_default="", blank=True)
    # The part of it that the phone vouches for: an agent has not seen a message that comes late, the phone has.
    phone_read_at = Seconds(default=0, db_default=0)
    phone_read_tie = models.CharField(max_length=140, default="", db_default="", blank=True)
    answered_at = Seconds(default=0, db_default=0)
    opened_at = Seconds(
        default=0, db_default=0
    )  # time of its first message: the span late messages belong to
    resolved_at = Seconds(null=True)
    agent_last_seen_at = Seconds(default=0, db_default=0)
    assignee_last_seen_at = Seconds(default=0, db_default=0)
    first_reply_at = Seconds(null=True)
    waiting_since = Seconds(null=True)
    custom_attributes = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    additional_attributes = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = Seconds(default=0, db_default=0)
    updated_ms = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "display_id"], name="one_display_id"),
            models.UniqueConstraint(
                fields=["contact_inbox"],
                condition=~Q(status="resolved") & Q(merged_into__isnull=True),
                name="one_unresolved_conversation",
            ),
        )
        indexes = (
            models.Index(
                fields=["account", "status", "-last_activity_at", "-id"], name="conversation_recent"
            ),
            models.Index(fields=["account", "-last_activity_at", "-id"], name="conversation_all_recent"),
            models.Index(fields=["contact_inbox", "opened_at"], name="conversation_span"),
        )
