"""Whose turn a conversation is: a team's, or again everybody's who has not read it.

Reading moves one mark, whoever reads: an agent here, or somebody on the phone (`receipts`). Unread is what came in
after it.
"""

from __future__ import annotations

from typing import Any

from rookery import db
from rookery.accounts.models import Team, User
from rookery.conversations import facts
from rookery.conversations.models import Conversation
from rookery.conversations.store import threads
from rookery.db.fields import now_millis, now_seconds


def do_assign_team(conversation: Conversation, team: Team | None, *, by: User) -> Conversation:
    """Hand the conversation to a team, or take it from every team."""
    with db.write():
        Conversation.objects.filter(pk=conversation.pk).update(team=team, updated_ms=now_millis())
        _record(conversation, team=team.pk if team else None, by=by.pk)
    conversation.team = team
    return conversation


def do_mark_seen(conversation: Conversation, *, by: User) -> Conversation:
    """An agent has the conversation in front: nothing in it is unread. Writes only when that changes something."""
    now = now_seconds()
    changes: dict[str, int] = {"agent_last_seen_at": now}
    if conversation.assignee_id == by.pk:
        changes["assignee_last_seen_at"] = now
    with db.write():
        newest = threads.newest_incoming(conversation.pk)
        if newest is not None and threads.read_up_to(conversation.pk, *newest) is not None:
            cleared = True
        else:  # somebody may have marked it as unread
            cleared = bool(
                Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0).update(unread_count=0)
            )
        Conversation.objects.filter(pk=conversation.pk, agent_last_seen_at__lt=now).update(**changes)
        if cleared:
            _record(conversation, unread=0, by=by.pk)
    conversation.unread_count, conversation.agent_last_seen_at = 0, now
    return conversation


def do_mark_unread(conversation: Conversation, *, by: User) -> Conversation:
    """Unread again from its newest incoming second on. Nothing happens when nothing ever came in."""
    with db.write():
        newest = threads.newest_incoming(conversation.pk)
        if newest is None:
            return conversation
        unread = threads.unread_from(conversation.pk, newest[0])
        seen = newest[0] - 1
        Conversation.objects.filter(pk=conversation.pk).update(agent_last_seen_at=seen)
        _record(conversation, unread=unread, by=by.pk)
    conversation.unread_count, conversation.agent_last_seen_at = unread, seen
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
