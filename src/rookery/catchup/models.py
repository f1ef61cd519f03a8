"""What is being read from the gateways' records, what was found there, and what nobody can know any more.

Chats and messages may go by statements of their own room: what points to them here has no constraint.
"""

from __future__ import annotations

from django.db import models

from rookery.accounts.models import User
from rookery.channels.models import Channel
from rookery.conversations.models import ContactInbox, Message
from rookery.db.fields import Millis, Seconds


class Pulse(models.Model):
    """One row: when the engine was last alive, which worker's it is, and how far it has read what it watches.

    The worker lives and ends with the web process, so this is also when the door could last receive.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at_ms = Millis(default=0)
    owner = models.CharField(max_length=40, default="", blank=True)
    fact_id = models.BigIntegerField(default=0)
    message_id = models.BigIntegerField(default=0)


class Watch(models.Model):
    """What was last seen of a number, so that a change asks for a walk; and the walk that was asked for."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="+")
    asked = models.CharField(max_length=20, default="", blank=True)  # a reason; empty: nothing is asked
    due_ms = Millis(default=0)
    next_ms = Millis(default=0)  # the next walk without a reason
    state_id = models.BigIntegerField(default=0)
    oversized = models.BigIntegerField(default=0)


class Walk(models.Model):
    """One reading of a number's record between two times: to close a gap, or to import what is older."""

    class Purpose(models.TextChoices):
        GAP = "gap"
        IMPORT = "import"

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        DONE = "done"
        CANCELLED = "cancelled"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="walks")
    purpose = models.CharField(max_length=6, choices=Purpose)
    reason = models.CharField(max_length=20)
    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    mark = Seconds()  # complete until here when it began (import: the older end of what is imported)
    since = Seconds()
    until = Seconds()
    wanted = models.JSONField(default=list, blank=True)  # JIDs of an import; empty: all chats
    settled = models.BooleanField(default=True)  # the phone was connected long enough to move the mark
    listed = models.BooleanField(default=False)
    reached = models.BooleanField(default=False)  # a row at or before the mark was seen
    oldest_at = Seconds(null=True)  # the oldest row that was seen
    away_from = Seconds(null=True)  # we were not alive from here to the walk's beginning
    chats_total = models.IntegerField(default=0)
    chats_done = models.IntegerField(default=0)
    # What was healed.
    messages = models.IntegerField(default=0)
    files = models.IntegerField(default=0)
    edits = models.IntegerField(default=0)
    reactions = models.IntegerField(default=0)
    calls = models.IntegerField(default=0)
    texts = models.IntegerField(default=0)  # of messages that had come empty
    refused = models.IntegerField(default=0)  # rows we could not make anything of
    first_at = Seconds(null=True)  # of the messages that were missing
    last_at = Seconds(null=True)
    failures = models.IntegerField(default=0)  # in a row
    error = models.CharField(max_length=60, default="", blank=True)
    due_ms = Millis(default=0)
    started_ms = Millis()
    ended_ms = Millis(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["channel", "purpose"],
                condition=models.Q(state__in=["running", "paused"]),
                name="one_walk_at_a_time",
            ),
        )
        indexes = (models.Index(fields=["channel", "-id"], name="walk_newest"),)


class WalkChat(models.Model):
    """How far one chat of a walk was read: from `until`, which comes down page by page, to `since`."""

    walk = models.ForeignKey(Walk, on_delete=models.CASCADE, related_name="chats")
    jid = models.CharField(max_length=100)
    since = Seconds()
    until = Seconds()
    offset = models.IntegerField(default=0)  # within one second that fills a page
    form = models.SmallIntegerField(default=0)  # which of the chat's addresses is being asked
    empty = models.BooleanField(default=True)  # no address has shown a row yet
    done = models.BooleanField(default=False)
    due_ms = Millis(default=0)
    held_at = Seconds(null=True)  # the oldest row that was left for later
    held_ms = Millis(null=True)  # since when rows of an API wait for what we are sending
    unread = models.JSONField(default=dict)  # conversation: missing messages that are unread now

    class Meta:
        constraints = (models.UniqueConstraint(fields=["walk", "jid"], name="one_walk_chat"),)
        indexes = (
            models.Index(
                fields=["walk", "due_ms", "id"], condition=models.Q(done=False), name="walk_chat_due"
            ),
        )


class Stretch(models.Model):
    """A time of which nobody can know whether anything is missing."""

    class Reason(models.TextChoices):
        RECORD_BEGINS_LATER = "record_begins_later"
        RELINKED = "relinked"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="unknown_stretches")
    since = Seconds()
    until = Seconds()
    reason = models.CharField(max_length=20, choices=Reason)
    found_ms = Millis()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["channel", "since"], name="one_stretch"),)


class Older(models.Model):
    """What a chat was asked for above its oldest message."""

    class State(models.TextChoices):
        ASKED = "asked"
        SOME = "some"  # some came, there may be more
        NONE = "none"
        FAILED = "failed"

    contact_inbox = models.OneToOneField(
        ContactInbox, on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=6, choices=State)
    tries = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=60, default="", blank=True)
    due_ms = Millis(default=0)
    found = models.IntegerField(default=0)  # messages the last answer brought
    at_ms = Millis()

    class Meta:
        indexes = (
            models.Index(fields=["channel", "due_ms"], condition=models.Q(state="asked"), name="older_asked"),
        )


class Lookup(models.Model):
    """A message that came without a text, to be looked up in the record; without `due_ms` that is over."""

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    tries = models.SmallIntegerField(default=0)
    due_ms = Millis(null=True)

    class Meta:
        indexes = (models.Index(fields=["due_ms"], name="lookup_due"),)
