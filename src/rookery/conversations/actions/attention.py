"""Whose turn a conversation is: a team's, or again everybody's who has not read it."""

from __future__ import annotations

from typing import Any

from rookery import db
from rookery.accounts.models import Team, User
from rookery.conversations import facts
from rookery.conversations.models import Conversation, Message
from rookery.db.fields import now_millis


def do_assign_team(conversation: Conversation, team: Team | None, *, by: User) -> Conversation:
    """Hand the conversation to a team, or take it from every team."""
    with db.write():
        Conversation.objects.filter(pk=conversation.pk).update(team=team, updated_ms=now_millis())
        _record(conversation, team=team.pk if team else None, by=by.pk)
    conversation.team = team
    return conversation


def do_mark_unread(conversation: Conversation, *, by: User) -> Conversation:
    """Unread again from its newest incoming message on. Nothing happens when nothing ever came in."""
    incoming = Message.objects.filter(conversation_id=conversation.pk, direction=Message.Direction.IN)
    newest = incoming.order_by("-at", "-tie").values_list("at", flat=True).first()
    if newest is None:
        return conversation
    with db.write():
        unread = incoming.filter(at__gte=newest).count()
        changes = {"unread_count": unread, "agent_last_seen_at": newest - 1}
        Conversation.objects.filter(pk=conversation.pk).update(**changes)
        _record(conversation, unread=unread, by=by.pk)
    conversation.unread_count, conversation.agent_last_seen_at = unread, newest - 1
    return conversation


def _record(conversation: Conversation, **data: Any) -> None:
    facts.record(
        facts.CONVERSATION_CHANGED,
        account=conversation.account_id,
        inbox=conversation.inbox_id,
        conversation=conversation.pk,
        display_id=conversation.display_id,
        **data,
    )
