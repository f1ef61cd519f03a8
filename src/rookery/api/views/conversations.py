"""Conversations (contract 4.3, 7.3)."""

from __future__ import annotations

from typing import Any

from django.http import JsonResponse

from rookery import db
from rookery.accounts.models import Team, User
from rookery.api import errors
from rookery.api.calls import Call
from rookery.api.fields import Fields
from rookery.api.reading import conversations as reading
from rookery.api.shapes import conversations, moments, people
from rookery.conversations import access, queries
from rookery.conversations.actions import attention, opening, outgoing, triage
from rookery.conversations.errors import Refused
from rookery.conversations.models import Contact, Conversation, Inbox
from rookery.conversations.queries import Filter

STATUSES = ("open", "resolved", "pending", "snoozed")


def index(call: Call) -> dict[str, Any]:
    asked = _asked(call.query)
    rows = reading.listed(call.viewer, asked)
    payload = [conversations.conversation(call.scene, row) for row in rows]
    return {"data": {"meta": _counts(call, asked), "payload": payload}}


def meta(call: Call) -> dict[str, Any]:
    return {"meta": _counts(call, _asked(call.query))}


def show(call: Call, conversation_id: int) -> dict[str, Any]:
    return _shape(call, access.conversation(call.viewer, conversation_id))


def create(call: Call) -> dict[str, Any]:
    """The unresolved conversation of this contact in this inbox, or a new one; with `message`, that is posted too."""
    inbox = access.inbox(call.viewer, call.body.needed_number("inbox_id"))
    contact = _contact(call)
    first = Fields(call.body.record("message"))
    begun = _opening(call, inbox)
    try:
        with db.write():
            made = opening.do_open_conversation(inbox, contact, by=call.user, opening=begun)
            found = access.conversation(call.viewer, made.display_id)
            if call.body.raw("message") is not None:
                outgoing.do_post_message(found, user=call.user, text=first.text("content"), via="api")
    except Refused as error:
        raise errors.invalid(error, "base") from error
    return _shape(call, access.conversation(call.viewer, made.display_id))


def toggle_status(call: Call, conversation_id: int) -> dict[str, Any]:
    """Without `status` it flips: open becomes resolved, everything else open."""
    found = access.conversation(call.viewer, conversation_id)
    flipped = "resolved" if found.status == Conversation.Status.OPEN else "open"
    status = call.body.choice("status", STATUSES, flipped)
    until = call.body.moment("snoozed_until")
    try:
        changed = triage.do_set_status(found, status, by=call.user, snoozed_until=until)
    except Refused as error:
        raise errors.invalid(error, "status") from error
    payload = {
        "success": True,
        "conversation_id": changed.display_id,
        "current_status": changed.status,
        "snoozed_until": moments.iso_seconds(changed.snoozed_until),
    }
    return {"meta": {}, "payload": payload}


def assign(call: Call, conversation_id: int) -> JsonResponse:
    """Answers the agent or the team, null when nobody has it any more."""
    found = access.conversation(call.viewer, conversation_id)
    if call.body.has("assignee_id"):
        agent = _agent(call, found.inbox, "assignee_id")
        triage.do_assign(found, agent, by=call.user)
        return JsonResponse(people.agent(call.scene, agent) if agent is not None else None, safe=False)
    if call.body.has("team_id"):
        team = _team(call)
        attention.do_assign_team(found, team, by=call.user)
        return JsonResponse(people.team(call.scene, team) if team is not None else None, safe=False)
    raise errors.unreadable("param is missing or the value is empty: assignee_id")


def update_last_seen(call: Call, conversation_id: int) -> dict[str, Any]:
    found = access.conversation(call.viewer, conversation_id)
    return _shape(call, triage.do_mark_seen(found, by=call.user))


def unread(call: Call, conversation_id: int) -> dict[str, Any]:
    found = access.conversation(call.viewer, conversation_id)
    return _shape(call, attention.do_mark_unread(found, by=call.user))


def labels(call: Call, conversation_id: int) -> dict[str, Any]:
    return {"payload": conversations.labels(access.conversation(call.viewer, conversation_id))}


def _shape(call: Call, found: Conversation) -> dict[str, Any]:
    return conversations.conversation(call.scene, reading.with_newest([found])[0])


def _counts(call: Call, asked: reading.Asked) -> dict[str, int]:
    counts = reading.counted(call.viewer, asked)
    return {
        "mine_count": counts.mine,
        "assigned_count": counts.assigned,
        "unassigned_count": counts.unassigned,
        "all_count": counts.all,
    }


def _asked(query: Fields) -> reading.Asked:
    wanted = Filter(
        status=query.choice("status", reading.STATUSES, "open"),
        inbox_id=query.number("inbox_id"),
        team_id=query.number("team_id"),
        labels=query.texts("labels"),
        query=query.text("q").strip(),
    )
    return reading.Asked(
        wanted,
        assignee_type=query.choice("assignee_type", reading.ASSIGNEES, "all"),
        kind=query.choice("conversation_type", reading.KINDS, ""),
        source_id=query.text("source_id").strip(),
        updated_within=query.number("updated_within"),
        sort_by=query.text("sort_by"),
        page=max(1, query.number("page") or 1),
    )


def _contact(call: Call) -> Contact:
    """By id, by address, or by both, which must then agree. Raises Http404."""
    contact_id, source_id = call.body.number("contact_id"), call.body.text("source_id").strip()
    if contact_id is None and not source_id:
        raise errors.unreadable("param is missing or the value is empty: contact_id")
    if not source_id:
        return access.contact(call.viewer, contact_id or 0)
    owners = set(reading.contacts_at(call.viewer, source_id))
    found = access.contact(call.viewer, contact_id if contact_id is not None else next(iter(owners), 0))
    if found.pk not in owners:
        raise errors.unreadable("source_id is not an address of this contact")
    return found


def _opening(call: Call, inbox: Inbox) -> opening.Opening:
    return opening.Opening(
        status=call.body.choice("status", STATUSES, "open"),
        assignee=_agent(call, inbox, "assignee_id"),
        team=_team(call),
        snoozed_until=call.body.moment("snoozed_until"),
        additional_attributes=call.body.record("additional_attributes"),
        custom_attributes=call.body.record("custom_attributes"),
    )


def _agent(call: Call, inbox: Inbox, name: str) -> User | None:
    """Somebody who works in the inbox; None for nobody (null or 0). Raises Http404."""
    wanted = call.body.number(name)
    if not wanted:
        return None
    for user in queries.list_assignable(call.viewer, inbox):
        if isinstance(user, User) and user.pk == wanted:
            return user
    raise errors.not_found()


def _team(call: Call) -> Team | None:
    """A team of the account; None for none (null or 0). Raises ApiError 404."""
    wanted = call.body.number("team_id")
    if not wanted:
        return None
    team = Team.objects.filter(account_id=call.viewer.account.pk, pk=wanted).first()
    if team is None:
        raise errors.not_found()
    return team
