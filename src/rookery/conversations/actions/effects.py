"""What a claim that is believed does to its message. Each may be done again: the state is the newest, or the first, of
all that was said."""

from __future__ import annotations

from typing import Any

from rookery.conversations import facts
from rookery.conversations.actions import identity, judging, names
from rookery.conversations.actions.claims import Claim, Court
from rookery.conversations.store import changes, messages, people, threads
from rookery.conversations.store.messages import Target

MOST_EMOJI = 64


def apply(court: Court, target: Target, claim: Claim) -> None:
    """Do it, and record what changed."""
    _EFFECTS[claim.kind](court, target, claim)


def who(court: Court, target: Target, claim: Claim) -> int | None:
    """The contact that makes the claim, made if nobody met them; None for our own number, or nobody knows whom."""
    if claim.from_me:
        return None
    if not claim.is_group:
        return target.contact_id
    if not claim.author:
        return target.contact_id
    owners = people.find_owners(court.account_id, claim.author)
    if len(owners) == len(claim.author) and len(set(owners.values())) == 1:
        return next(iter(owners.values()))
    return identity.do_resolve_contact(court.account_id, claim.author, "person")[0]


def _react(court: Court, target: Target, claim: Claim) -> None:
    contact_id = who(court, target, claim)
    emoji = (claim.value or "")[:MOST_EMOJI]
    if changes.put_reaction(target.id, contact_id, emoji, claim.at, claim.event_id):
        changes.changed(target.id)
        record(target, reaction=True)
    _heard(court, contact_id, claim)


def _edit(court: Court, target: Target, claim: Claim) -> None:
    if changes.add_revision(target.id, claim.value, claim.at, claim.event_id):
        record(target, edited=True)
    _heard(court, who(court, target, claim), claim)


def _revoke(court: Court, target: Target, claim: Claim) -> None:
    contact_id = who(court, target, claim)
    if changes.set_revoked(target.id, claim.at, claim.event_id, contact_id):
        record(target, revoked=True)
    # The name in it is not taken: a claim to delete in a group may be believed for a while only, a name stays.


def _hide(_: Court, target: Target, claim: Claim) -> None:
    if changes.set_hidden(target.id, claim.at):
        record(target, hidden=True)


def _receipt(court: Court, target: Target, claim: Claim) -> None:
    status = claim.value or "delivered"
    if target.direction == "in":
        unread = threads.read_on_phone(target.conversation_id, target.at, target.tie)
        if unread is not None:
            _record_unread(target, unread)
        return
    heard = False
    if target.contact_kind == "group" and (contact_id := who(court, target, claim)) is not None:
        heard = messages.note_participant(target.id, contact_id, status, claim.at)
    if messages.advance(target.id, status, claim.at):
        record(target, state=status)
    elif heard:  # the tick stays, "read by 3 of 8" moves
        changes.changed(target.id)
        record(target, receipt=True)


def _heard(court: Court, contact_id: int | None, claim: Claim) -> None:
    if contact_id is not None and claim.push_name and not judging.is_own(court, claim.author):
        names.do_heard_push_name(
            contact_id, claim.push_name, claim.at, claim.event_id, account_id=court.account_id
        )


def record(target: Target, **data: Any) -> None:
    """A message shows something else."""
    facts.record(
        facts.MESSAGE_CHANGED,
        account=target.account_id,
        inbox=target.inbox_id,
        conversation=target.conversation_id,
        message=target.id,
        display_id=target.display_id,
        **data,
    )


def _record_unread(target: Target, unread: int) -> None:
    facts.record(
        facts.CONVERSATION_CHANGED,
        account=target.account_id,
        inbox=target.inbox_id,
        conversation=target.conversation_id,
        display_id=target.display_id,
        unread=unread,
    )


_EFFECTS = {"reaction": _react, "edit": _edit, "revoke": _revoke, "hide": _hide, "receipt": _receipt}
