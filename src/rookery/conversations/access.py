"""Guarded getters: nothing is read by id but through here.

Each answers Http404 alike for "there is none" and "not yours", so that no answer tells an outsider what exists.
An administrator sees all inboxes of the account, an agent those of which they are a member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from rookery.accounts.models import Account, Membership, User
from rookery.channels.models import Channel
from rookery.conversations.models import Attachment, Contact, Conversation, Inbox, Message
from rookery.db import statements
from rookery.db.prepared import Prepared

Row = TypeVar("Row", bound=Model)

# By hand: every request of an agent begins with it.
_OWN_INBOXES = (
    "SELECT i.id FROM conversations_inbox i JOIN conversations_inboxmember m ON m.inbox_id = i.id"
    " WHERE i.account_id = %s AND m.user_id = %s"
)


_MEMBERSHIPS = Prepared(
    lambda user: Membership.objects.filter(user_id=user).select_related("account").order_by("pk")
)
_BY_DISPLAY_ID = Prepared(
    lambda account, display_id: _conversations().filter(account_id=account, display_id=display_id)
)
_BY_KEY = Prepared(lambda account, pk: _conversations().filter(account_id=account, pk=pk))


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, in which account. `inbox_ids` is None for an administrator: all of the account's."""

    user: User
    account: Account
    role: str
    inbox_ids: frozenset[int] | None

    @property
    def is_administrator(self) -> bool:
        return self.role == Membership.Role.ADMINISTRATOR

    def sees_inbox(self, inbox_id: int | None) -> bool:
        """Whether rows of this inbox of the viewer's account may be shown."""
        return self.inbox_ids is None or inbox_id in self.inbox_ids


def viewer(user: User, account_id: int | None = None) -> Viewer:
    """The user as a member of the account, or of their first one. Raises Http404 without a membership."""
    if not user.is_active:
        raise Http404
    every = _MEMBERSHIPS(user.pk)
    membership = next((one for one in every if account_id in (None, one.account_id)), None)
    if membership is None:
        raise Http404
    ids: frozenset[int] | None = None
    if not membership.is_administrator:
        own = statements.rows(_OWN_INBOXES, [membership.account_id, user.pk])
        ids = frozenset(row[0] for row in own)
    return Viewer(user, membership.account, membership.role, ids)


def visible(viewer: Viewer, path: str = "inbox") -> Q:
    """Condition for rows of the viewer's account and inboxes; `path` leads from the row to its inbox."""
    condition = Q(**{f"{path}__account_id": viewer.account.pk})
    if viewer.inbox_ids is not None:
        condition &= Q(**{f"{path}_id__in": viewer.inbox_ids})
    return condition


def inboxes(viewer: Viewer) -> QuerySet[Inbox]:
    """The inboxes the viewer may see."""
    rows = Inbox.objects.filter(account_id=viewer.account.pk)
    return rows if viewer.inbox_ids is None else rows.filter(pk__in=viewer.inbox_ids)


def inbox(viewer: Viewer, pk: int) -> Inbox:
    """One inbox. Raises Http404."""
    return _one(inboxes(viewer).select_related("channel", "channel__gateway").filter(pk=pk))


def conversation(viewer: Viewer, display_id: int) -> Conversation:
    """One conversation by its display id; a merged one answers with what it became. Raises Http404."""
    found = _seen(viewer, _BY_DISPLAY_ID(viewer.account.pk, display_id))
    if found.merged_into_id is not None:
        return _seen(viewer, _BY_KEY(viewer.account.pk, found.merged_into_id))
    return found


def message(viewer: Viewer, pk: int) -> Message:
    """One message by its key. Raises Http404."""
    rows = Message.objects.select_related(
        "conversation", "conversation__contact", "inbox", "contact_inbox", "account"
    )
    return _one(rows.filter(visible(viewer), account_id=viewer.account.pk, pk=pk))


def attachment(viewer: Viewer, uuid: UUID) -> Attachment:
    """One attachment by its uuid, with message and blob. Raises Http404."""
    rows = Attachment.objects.select_related("message", "message__conversation", "blob")
    return _one(rows.filter(visible(viewer, "message__inbox"), uuid=uuid))


def contacts(viewer: Viewer) -> QuerySet[Contact]:
    """Listed contacts that the viewer may see: an agent those who wrote to one of their inboxes."""
    rows = Contact.objects.filter(account_id=viewer.account.pk, listed=True, merged_into__isnull=True)
    if viewer.inbox_ids is None:
        return rows
    return rows.filter(contact_inboxes__inbox_id__in=viewer.inbox_ids).distinct()


def contact(viewer: Viewer, pk: int) -> Contact:
    """One contact; a merged one answers with what it became. Raises Http404."""
    merged = Contact.objects.filter(account_id=viewer.account.pk, merged_into__isnull=False)
    while (into := merged.filter(pk=pk).values_list("merged_into_id", flat=True).first()) is not None:
        pk = into
    return _one(contacts(viewer).filter(pk=pk))


def person(viewer: Viewer, pk: int) -> Contact:
    """One contact of the account, listed or not: for administrators who put contacts in order. Raises Http404."""
    if not viewer.is_administrator:
        raise Http404
    return _one(Contact.objects.filter(account_id=viewer.account.pk, pk=pk))


def contact_or_successor(viewer: Viewer, pk: int) -> Contact:
    """One contact; one that was joined with another answers with that one. Raises Http404."""
    row = Contact.objects.filter(account_id=viewer.account.pk, pk=pk).only("merged_into_id").first()
    return contact(viewer, row.merged_into_id if row is not None and row.merged_into_id is not None else pk)


def channels(viewer: Viewer) -> QuerySet[Channel]:
    """The numbers the viewer may see: those behind their inboxes; an administrator all of the account's."""
    rows = Channel.objects.filter(account_id=viewer.account.pk).select_related("gateway", "inbox")
    return rows if viewer.inbox_ids is None else rows.filter(inbox__pk__in=viewer.inbox_ids)


def member(viewer: Viewer, user_id: int) -> User:
    """A member of the viewer's account. Raises Http404."""
    return _one(User.objects.filter(memberships__account_id=viewer.account.pk, pk=user_id, is_active=True))


def _conversations() -> QuerySet[Conversation]:
    return Conversation.objects.select_related(
        "contact", "inbox", "inbox__channel", "contact_inbox", "assignee", "account"
    )


def _seen(viewer: Viewer, found: list[Conversation]) -> Conversation:
    if not found or not viewer.sees_inbox(found[0].inbox_id):
        raise Http404
    return found[0]


def _one(rows: QuerySet[Row]) -> Row:
    found = rows.first()
    if found is None:
        raise Http404
    return found
