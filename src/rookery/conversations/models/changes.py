"""What happens to a message after it exists, and what waits until it can be judged (decisions B2)."""

from __future__ import annotations

from django.db import models

from rookery.accounts.models import Account, User
from rookery.channels.models import Channel
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
    """A version of an edited message: the first (no event id) and every edit. The newest is what the message shows.

    `content` is null for a caption that changed to nobody knows what.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    content = models.TextField(default="", blank=True, null=True)
    at = Seconds()
    event_id = models.CharField(max_length=128, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["message", "event_id"], name="one_revision"),)


class PendingChange(models.Model):
    """A claim that cannot be judged yet: unknown target, unknown alias, unknown roles. Kept for thirty days."""

    channel_id = models.BigIntegerField()
    source_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=12)
    at = Seconds()
    event_id = models.CharField(max_length=128, default="")
    payload = models.JSONField(default=dict)
    # Keys of who claims it: asked again when one of them gets an owner.
    claimant_pn = models.CharField(max_length=80, default="", db_default="", blank=True)
    claimant_lid = models.CharField(max_length=80, default="", db_default="", blank=True)
    created_ms = Millis()

    class Meta:
        indexes = (
            models.Index(fields=["channel_id", "source_id"], name="pending_change_target"),
            models.Index(fields=["claimant_pn"], name="pending_change_pn"),
            models.Index(fields=["claimant_lid"], name="pending_change_lid"),
            # Of a group's: judged again when somebody's role is learnt.
            models.Index(fields=["channel_id"], condition=models.Q(kind="revoke"), name="pending_revokes"),
        )


class Tombstone(models.Model):
    """A message that was erased here: neither a replay nor catch-up brings it back.

    `digest` is a hash of the chat's key and the message's id, so that nothing readable stays.
    """

    channel_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=16)
    at = Seconds()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel_id", "digest"], name="one_tombstone"),)


class Merge(models.Model):
    """Two contacts that proved to be one; `moved` names every row that moved, so that it can be undone."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kept = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    merged = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)
    reason = models.CharField(max_length=12, default="pair")  # pair: an event named both; digit; agent
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = Seconds()
    undone_at = Seconds(null=True)


class ChannelLabel(models.Model):
    """A label of WhatsApp Business on one number; the newest event about each part of it wins."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="labels")
    label_id = models.CharField(max_length=40)
    name = models.CharField(max_length=120, default="", blank=True)
    color = models.IntegerField(null=True)
    deleted = models.BooleanField(default=False)
    at = Seconds(default=0)
    event_id = models.CharField(max_length=128, default="", blank=True)
    # Name of a part -> [second, event id] it was said in, for an event names only what changed.
    said = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel", "label_id"], name="one_channel_label"),)


class ChatLabel(models.Model):
    """A WhatsApp Business label on a chat; taken off: kept for order."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    contact_inbox = models.ForeignKey(ContactInbox, on_delete=models.CASCADE, related_name="chat_labels")
    label_id = models.CharField(max_length=40)
    labeled = models.BooleanField(default=True)
    at = Seconds()
    event_id = models.CharField(max_length=128, default="", blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["contact_inbox", "label_id"], name="one_chat_label"),)


class GroupChange(models.Model):
    """One alias of somebody who joined or left a group, was promoted or demoted, at a second.

    Kept by alias, not by contact: who that is may be learnt later. The lines in the conversation and the roles at any
    time are made from these rows.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    group = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", db_index=False)
    change = models.CharField(max_length=8)
    at = Seconds()
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=80)
    jid = models.CharField(max_length=100)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["group", "channel", "at", "change", "kind", "key"], name="one_group_change"
            ),
        )
