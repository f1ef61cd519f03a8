"""A person or group as the team knows it, and every address it was seen under."""

from __future__ import annotations

import uuid

from django.db import models

from rookery.accounts.models import Account
from rookery.conversations.models.inbox import Inbox
from rookery.db.fields import Seconds


class Contact(models.Model):
    """A person or a group. `listed`: has a contact inbox or was touched by an agent.

    Every attribute learnt from events keeps the event's time and id, so that any order of arrival ends the same.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        GROUP = "group"

    class NameSource(models.TextChoices):
        NONE = ""
        PUSH = "push"
        SUBJECT = "subject"
        AGENT = "agent"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON, db_default="person")
    name = models.CharField(max_length=255, default="", db_default="", blank=True)
    name_source = models.CharField(max_length=8, choices=NameSource, default="", db_default="", blank=True)
    name_at = Seconds(default=0, db_default=0)
    name_event = models.CharField(max_length=128, default="", db_default="", blank=True)
    push_name = models.CharField(max_length=255, default="", db_default="", blank=True)
    phone = models.CharField(max_length=16, default="", db_default="", blank=True)  # E.164 with +, "" unknown
    email = models.CharField(max_length=254, default="", db_default="", blank=True)
    identifier = models.CharField(max_length=255, null=True, blank=True)
    listed = models.BooleanField(default=False, db_default=False)
    blocked = models.BooleanField(default=False, db_default=False)
    custom_attributes = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    additional_attributes = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), blank=True
    )
    avatar_key = models.CharField(max_length=120, default="", db_default="", blank=True)
    last_activity_at = Seconds(null=True)
    created_at = Seconds(default=0, db_default=0)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "identifier"], name="one_identifier"),)
        indexes = (
            models.Index(fields=["account", "listed", "-last_activity_at"], name="contact_recent"),
            models.Index(fields=["account", "phone"], name="contact_phone"),
        )

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Address(models.Model):
    """An alias of a contact; `key` is waid's canonical form, `observed` the JIDs really seen."""

    class Kind(models.TextChoices):
        PN = "pn"
        LID = "lid"
        GROUP = "group"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=5, choices=Kind)
    key = models.CharField(max_length=80)
    jid = models.CharField(max_length=100)  # the JID WhatsApp itself used last

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "kind", "key"], name="one_address"),)


class ContactInbox(models.Model):
    """A contact in one inbox; `jid` is the address that messages to it go to."""

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="contact_inboxes")
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="contact_inboxes")
    jid = models.CharField(max_length=100)
    created_at = Seconds(default=0, db_default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["contact", "inbox"], name="one_contact_inbox"),)
        indexes = (models.Index(fields=["inbox", "jid"], name="contact_inbox_jid"),)
