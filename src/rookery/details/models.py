"""When each detail is asked for again, and what came of it last time."""

from __future__ import annotations

from django.db import models

from rookery.channels.models import Channel
from rookery.conversations.models import Contact
from rookery.db.fields import Millis


class Look(models.Model):
    """One person or group whose details are looked at, through `channel`.

    The queue is a table of its own because most contacts are in it never (members of large groups who do not
    write). `Contact.details_due_ms` and `details_tries` repeat the plan; lower rooms, which cannot call this one,
    set `details_due_ms` to 0 to have a group looked at soon ("the bell").
    """

    class Picture(models.TextChoices):
        UNKNOWN = ""
        SHOWN = "shown"
        NONE = "none"  # there is none, or it is hidden from us
        REFUSED = "refused"  # it lies at an address we do not go to, or is no picture

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, primary_key=True, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_group = models.BooleanField(default=False)
    due_ms = Millis(default=0)
    tries = models.SmallIntegerField(default=0)  # failures in a row
    info_ms = Millis(default=0)  # when the group's subject and members were answered; 0: ask
    picture_ms = Millis(default=0)  # when the question about the picture was answered; 0: ask
    picture = models.CharField(max_length=8, choices=Picture, default="", blank=True)

    class Meta:
        indexes = (
            models.Index(fields=["channel", "due_ms"], name="look_due"),
            models.Index(fields=["is_group", "channel", "info_ms"], name="look_group"),
        )


class AddressBook(models.Model):
    """When a number's saved names are read again."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="+")
    due_ms = Millis(default=0)
    tries = models.SmallIntegerField(default=0)
