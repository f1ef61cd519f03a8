"""Beginning a conversation from our side (decisions B4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rookery import db
from rookery.accounts.models import Team, User
from rookery.conversations import facts
from rookery.conversations.actions import identity_lock
from rookery.conversations.errors import Refused
from rookery.conversations.models import Address, Contact, ContactInbox, Conversation, Inbox
from rookery.conversations.store import people, threads
from rookery.conversations.store.threads import Thread
from rookery.db.fields import now_seconds

_BEST_FIRST = (Address.Kind.GROUP, Address.Kind.PN, Address.Kind.LID)


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new conversation begins with; `snoozed_until` in epoch seconds counts only when it is snoozed."""

    status: str = Conversation.Status.OPEN
    assignee: User | None = None
    team: Team | None = None
    snoozed_until: int | None = None
    additional_attributes: Mapping[str, Any] = field(default_factory=dict)
    custom_attributes: Mapping[str, Any] = field(default_factory=dict)


def do_open_conversation(inbox: Inbox, contact: Contact, *, by: User, opening: Opening) -> Conversation:
    """The contact's unresolved conversation in the inbox, made if there is none.

    One that exists is answered as it is: `opening` describes a new one. An inbox with one thread for ever reopens
    its newest one. Raises Refused: channel_missing; no_address, when no address of the contact is known.
    """
    if inbox.channel_id is None:
        raise Refused("channel_missing", "inbox_id")
    with db.write():
        identity_lock.do_hold_still([inbox.account_id])
        contact_inbox_id = _contact_inbox(inbox, contact)
        thread = threads.find_unresolved(contact_inbox_id) or _reopened(inbox, contact_inbox_id, by)
        if thread is None:
            thread = threads.insert(
                inbox.account_id, inbox.pk, contact_inbox_id, opening.status, now_seconds()
            )
            if thread is not None:
                _furnish(thread.id, opening)
                _record(facts.CONVERSATION_CREATED, inbox, thread, opening.status, by)
        # Nothing was inserted: somebody was quicker, and the index kept it to one.
        thread = thread or threads.find_unresolved(contact_inbox_id)
    assert thread is not None
    return Conversation.objects.get(pk=thread.id)


def _contact_inbox(inbox: Inbox, contact: Contact) -> int:
    known = ContactInbox.objects.filter(inbox=inbox, contact=contact).values_list("pk", flat=True).first()
    if known is not None:
        return known
    jids = dict(Address.objects.filter(contact=contact).order_by("-pk").values_list("kind", "jid"))
    jid = next((jids[kind] for kind in _BEST_FIRST if kind in jids), None)
    if jid is None:
        raise Refused("no_address", "contact_id")
    return people.ensure_contact_inbox(contact.pk, inbox.pk, jid, now_seconds())


def _reopened(inbox: Inbox, contact_inbox_id: int, by: User) -> Thread | None:
    if inbox.after_resolved != Inbox.Resolved.ONE_THREAD:
        return None
    found = threads.find_newest(contact_inbox_id)
    if found is not None:
        threads.reopen(found.id, Conversation.Status.OPEN)
        _record(facts.CONVERSATION_CHANGED, inbox, found, Conversation.Status.OPEN, by)
    return found


def _furnish(conversation_id: int, opening: Opening) -> None:
    status, until, now = opening.status, opening.snoozed_until, now_seconds()
    Conversation.objects.filter(pk=conversation_id).update(
        assignee=opening.assignee,
        team=opening.team,
        snoozed_until=until if status == Conversation.Status.SNOOZED else None,
        resolved_at=now if status == Conversation.Status.RESOLVED else None,
        additional_attributes=dict(opening.additional_attributes),
        custom_attributes=dict(opening.custom_attributes),
    )


def _record(kind: str, inbox: Inbox, thread: Thread, status: str, by: User) -> None:
    facts.record(
        kind,
        account=inbox.account_id,
        inbox=inbox.pk,
        conversation=thread.id,
        display_id=thread.display_id,
        status=status,
        by=by.pk,
    )
