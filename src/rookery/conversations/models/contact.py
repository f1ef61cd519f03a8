"""A person or group as the team knows it, and every address it was seen under."""

from __future__ import annotations

import uuid

from django.db import models

from rookery.accounts.models import Account
from rookery.conversations.models.inbox import Inbox
from rookery.db.fields import Millis, Seconds


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
        SAVED = "saved"
        SUBJECT = "subject"
        AGENT = "agent"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON, db_default="person")
    name = models.CharField(max_length=255, default="", db_default="", blank=True)
    name_source = models.CharField(max_length=8, choices=NameSource, default="", db_default="", blank=True)
    name_at = Seconds(default=0, db_default=0)
    name_event = models.CharField(max_length=128, default="", db_default="", blank=True)
    # What each source says, with the event it said it in; `name` is the best of them: the agent's, the one saved on
    # the phone (a group's subject), the push name. `name_at` and `name_event` belong to the push name.
    agent_name = models.CharField(max_length=255, default="", db_default="", blank=True)
    saved_name = models.CharField(max_length=255, default="", db_default="", blank=True)
    saved_at = Seconds(default=0, db_default=0)
    saved_event = models.CharField(max_length=128, default="", db_default="", blank=True)
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
    avatar_id = models.CharField(
        max_length=120, default="", db_default="", blank=True
    )  # WhatsApp's picture id
    # When the picture (and of a group, its subject and people) is looked at again; 0: never looked at.
    details_due_ms = Millis(default=0, db_default=0)
    details_tries = models.SmallIntegerField(default=0, db_default=0)
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
    """An alias of a contact; `key` is waid's canonical form."""

    class Kind(models.TextChoices):
        PN = "pn"
        LID = "lid"
        GROUP = "group"
        NEWSLETTER = "newsletter"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=80)
    jid = models.CharField(max_length=100)  # the spelling WhatsApp itself uses; of several the longest
    seen = models.BooleanField(
        default=True, db_default=True
    )  # by an event; else only dialled, a guess of ours

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


class GroupMember(models.Model):
    """Somebody in a group. `present` and `role` are the newest of what events and the gateway's roster said."""

    class Role(models.TextChoices):
        MEMBER = "member"
        ADMIN = "admin"
        OWNER = "owner"

    group = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="groups")
    present = models.BooleanField(default=True, db_default=True)
    present_at = Seconds(default=0, db_default=0)
    role = models.CharField(max_length=6, choices=Role, default=Role.MEMBER, db_default="member")
    role_at = Seconds(default=0, db_default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["group", "contact"], name="one_group_member"),)


class Apart(models.Model):
    """Two contacts that somebody said are two: never joined by themselves again. `first` has the lower id."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    at = Seconds()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["first", "second"], name="one_apart"),)
