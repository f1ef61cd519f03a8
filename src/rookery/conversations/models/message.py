"""One bubble, in or out; for outgoing ones the row is also the queue (design 3.2, decisions B2, B3, C4)."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from rookery.accounts.models import Account, User
from rookery.channels.models import Channel
from rookery.conversations.models.contact import Contact, ContactInbox
from rookery.conversations.models.conversation import Conversation
from rookery.conversations.models.inbox import Inbox
from rookery.db.fields import Millis, Seconds


class Message(models.Model):
    """A message. Order everywhere is (`at`, `tie`).

    `at` is WhatsApp's second; `tie` is the source id for what came from WhatsApp and `~<sequence>` for ours,
    which sorts after every source id. `version` grows with everything the bubble shows.
    """

    class Direction(models.TextChoices):
        IN = "in"
        OUT = "out"
        ACTIVITY = "activity"

    class State(models.TextChoices):
        RECEIVED = "received"
        SCHEDULED = "scheduled"
        PENDING = "pending"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        PLAYED = "played"
        FAILED = "failed"
        UNCERTAIN = "uncertain"
        STALE = "stale"  # too old to go by itself: "still send?"
        CANCELLED = "cancelled"

    class Via(models.TextChoices):
        CONTACT = "contact"
        ROOKERY = "rookery"
        API = "api"
        PHONE = "phone"
        OTHER = "other"  # another program on the same number

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.ForeignKey(
        Channel, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    contact_inbox = models.ForeignKey(
        ContactInbox, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    direction = models.CharField(max_length=8, choices=Direction)
    kind = models.CharField(max_length=16, default="text", db_default="text")
    content = models.TextField(default="", db_default="", blank=True)
    private = models.BooleanField(default=False, db_default=False)
    source_id = models.CharField(max_length=128, null=True)
    client_ref = models.UUIDField(default=uuid.uuid4)
    author = models.ForeignKey(Contact, on_delete=models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    via = models.CharField(max_length=8, choices=Via, default=Via.CONTACT, db_default="contact")
    at = Seconds()
    tie = models.CharField(max_length=140)
    at_replaced = models.BooleanField(default=False, db_default=False)  # WhatsApp's time was absurd
    quoted_source_id = models.CharField(max_length=128, default="", db_default="", blank=True)
    quoted_id = models.BigIntegerField(null=True)  # the quoted message's key once it is known
    quoted_text = models.TextField(default="", db_default="", blank=True)
    forwarded = models.BooleanField(default=False, db_default=False)
    view_once = models.BooleanField(default=False, db_default=False)
    unsupported = models.CharField(
        max_length=60, default="", db_default="", blank=True
    )  # what it was, when we cannot show it
    edited_at = Seconds(null=True)
    edited_event = models.CharField(max_length=128, default="", db_default="", blank=True)
    # Deleted for everyone: when, by which event, and by whom (nobody: by our own number).
    revoked_at = Seconds(null=True)
    revoked_event = models.CharField(max_length=128, default="", db_default="", blank=True)
    revoked_by = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    hidden_at = Seconds(null=True)  # deleted on our own phone alone; the customer still has it
    archived = models.BooleanField(
        default=False, db_default=False
    )  # older than the team's work: never unread
    details = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()), blank=True)
    raw_event_id = models.BigIntegerField(null=True)
    version = models.IntegerField(default=1, db_default=1)
    additional_attributes = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    created_ms = Millis(default=0, db_default=0)
    # Receipts (of ours) and the queue.
    state = models.CharField(max_length=9, choices=State, default=State.RECEIVED, db_default="received")
    rank = models.SmallIntegerField(default=0, db_default=0)
    sent_at = Seconds(null=True)
    delivered_at = Seconds(null=True)
    read_at = Seconds(null=True)
    played_at = Seconds(null=True)
    failure_code = models.CharField(max_length=60, default="", db_default="", blank=True)
    failure_params = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    queue_seq = models.BigIntegerField(null=True)  # place in its chat's outbox
    attempts = models.IntegerField(default=0, db_default=0)
    due_ms = Millis(default=0, db_default=0)
    owner = models.CharField(max_length=40, default="", db_default="", blank=True)
    lease_ms = Millis(default=0, db_default=0)
    left_ms = Millis(null=True)  # its request began
    ended_ms = Millis(null=True)  # its request ended without a clear answer
    row_possible = models.BooleanField(default=True, db_default=True)  # may the gateway's record show it?
    looks = models.SmallIntegerField(default=0, db_default=0)  # how often the record was asked

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "client_ref"], name="one_client_ref"),
            models.UniqueConstraint(
                fields=["channel", "contact_inbox", "source_id"],
                condition=Q(direction="out"),
                name="one_outgoing",
            ),
            models.UniqueConstraint(
                fields=["channel", "contact_inbox", "source_id", "author"],
                condition=Q(direction="in"),
                name="one_incoming",
            ),
        )
        indexes = (
            models.Index(fields=["conversation", "at", "tie"], name="message_order"),
            models.Index(fields=["channel", "source_id"], name="message_source"),
            models.Index(
                fields=["contact_inbox", "queue_seq"],
                condition=Q(state__in=["scheduled", "pending", "sending", "uncertain"]),
                name="message_outbox",
            ),
            models.Index(fields=["contact_inbox", "at", "tie"], name="message_thread"),
        )


RANK = {"pending": 0, "sending": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4}
