"""What agents do to a conversation besides writing in it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError

from rookery import db
from rookery.accounts.models import User
from rookery.conversations import facts
from rookery.conversations.actions.attention import do_mark_seen
from rookery.conversations.errors import Refused
from rookery.conversations.models import Conversation
from rookery.db.fields import now_millis, now_seconds

__all__ = ["do_assign", "do_mark_seen", "do_reopen", "do_resolve", "do_set_status"]


def do_set_status(
    conversation: Conversation, status: str, *, by: User | None, snoozed_until: int | None = None
) -> Conversation:
    """Set the status. Raises Refused("other_unresolved", display_id=...) when another one of this chat is unresolved."""
    now = now_seconds()
    resolved_at = now if status == Conversation.Status.RESOLVED else None
    until = snoozed_until if status == Conversation.Status.SNOOZED else None
    with db.write():
        try:
            with db.savepoint():
                Conversation.objects.filter(pk=conversation.pk).update(
                    status=status, resolved_at=resolved_at, snoozed_until=until, updated_ms=now_millis()
                )
        except IntegrityError as error:
            other = _unresolved(conversation)
            raise Refused("other_unresolved", display_id=other.display_id if other else None) from error
        _record(conversation, status=status, by=by.pk if by else None)
    conversation.status, conversation.resolved_at, conversation.snoozed_until = status, resolved_at, until
    return conversation


def do_resolve(conversation: Conversation, *, by: User) -> Conversation:
    """Resolve it; nothing happens to what still waits to be sent."""
    return do_set_status(conversation, Conversation.Status.RESOLVED, by=by)


def do_reopen(conversation: Conversation, *, by: User) -> Conversation:
    """Reopen it. Raises Refused when a newer conversation of the same chat is unresolved."""
    return do_set_status(conversation, Conversation.Status.OPEN, by=by)


def do_assign(conversation: Conversation, assignee: User | None, *, by: User) -> Conversation:
    """Give the conversation to somebody, or to nobody."""
    with db.write():
        Conversation.objects.filter(pk=conversation.pk).update(assignee=assignee, updated_ms=now_millis())
        _record(conversation, assignee=assignee.pk if assignee else None, by=by.pk)
    conversation.assignee = assignee
    return conversation


def _unresolved(conversation: Conversation) -> Conversation | None:
    rows = Conversation.objects.filter(
        contact_inbox_id=conversation.contact_inbox_id, merged_into__isnull=True
    )
    return rows.exclude(status=Conversation.Status.RESOLVED).exclude(pk=conversation.pk).first()


def _record(conversation: Conversation, **data: Any) -> None:
    facts.record(
        facts.CONVERSATION_CHANGED,
        account=conversation.account_id,
        inbox=conversation.inbox_id,
        conversation=conversation.pk,
        display_id=conversation.display_id,
        **data,
    )
