"""Whether a claim about a message is believed (design 3.1): True, False, or None while that cannot be known.

| Claim | Believed from |
|---|---|
| receipt of ours | whoever the chat is with; in a group anybody there |
| receipt of an incoming message | our own number: it was read on the phone |
| reaction | a member of the chat: chats are compared, not rosters |
| edit | the message's author, under any alias |
| revoke | the author; in a group an admin of that time, and our own phone |
| hide | our own phone, of the message it means |

Once True or False, an answer stays: but for revokes by admins, whose roles at that time may be learnt in any order.
"""

from __future__ import annotations

from collections.abc import Sequence

from rookery.conversations.actions import identity
from rookery.conversations.actions.claims import Claim, Court
from rookery.conversations.incoming import Alias
from rookery.conversations.store import groups, people
from rookery.conversations.store.messages import Target

Verdict = bool | None


def judge(court: Court, target: Target, claim: Claim) -> Verdict:
    """Whether what `claim` says about `target` is believed."""
    if claim.kind == "receipt":
        return _receipt(court, target, claim)
    here = in_chat(court, target, claim)
    if here is False or claim.kind == "reaction":
        return here
    if claim.kind == "hide":
        return here if (target.direction == "out") == claim.from_me else False
    mine = _by_author(court, target, claim)
    if claim.kind == "revoke" and claim.is_group and mine is not True:
        mine = True if claim.from_me else _either(mine, _by_admin(court, target, claim))
    return _both(here, mine)


def is_own(court: Court, sender: Sequence[Alias]) -> bool:
    """Whether our own number says it: by an address we know, or a LID that some event named beside our number."""
    if any((alias.kind, alias.key) in court.own for alias in sender):
        return True
    if not sender or any(alias.kind == "pn" for alias in sender):
        return False
    numbers = [Alias(kind, key, "") for kind, key in court.own if kind == "pn"]
    owners = people.find_owners(court.account_id, [*sender, *numbers])
    us = {owners[one.kind, one.key] for one in numbers if (one.kind, one.key) in owners}
    return any(owners.get((alias.kind, alias.key)) in us for alias in sender)


def in_chat(court: Court, target: Target, claim: Claim) -> Verdict:
    """Whether the claim is made in the chat that the message stands in."""
    if target.contact_kind == "group" or claim.is_group:
        owners = people.find_owners(court.account_id, claim.chat[:1])
        return target.contact_id in owners.values()
    here = same(court, claim.chat, target.contact_id)
    if claim.from_me or claim.kind == "hide" or set(claim.author) <= set(claim.chat):
        return here
    return _both(here, same(court, claim.author, target.contact_id))


def same(court: Court, aliases: Sequence[Alias], contact_id: int | None) -> Verdict:
    """Whether these aliases are the contact's."""
    if not aliases or contact_id is None:
        return None
    owners = people.find_owners(court.account_id, aliases)
    if len(owners) == len(aliases) and set(owners.values()) == {contact_id}:
        return True
    return identity.same_person(court.account_id, aliases, contact_id)


def _receipt(court: Court, target: Target, claim: Claim) -> Verdict:
    if target.direction == "in":
        return is_own(court, claim.author) and claim.value == "read" and in_own_chat(court, target, claim)
    if target.direction != "out":
        return False
    if target.contact_kind == "group" or claim.is_group:
        owners = people.find_owners(court.account_id, claim.chat[:1])
        return target.contact_id in owners.values() and not is_own(court, claim.author)
    # Nobody writes to themselves but in the chat with oneself, and there the number reads its own messages.
    return same(court, claim.author, target.contact_id)


def in_own_chat(court: Court, target: Target, claim: Claim) -> Verdict:
    """Whether the message stands in the chat that was read on the phone."""
    if target.contact_kind == "group" or claim.is_group:
        owners = people.find_owners(court.account_id, claim.chat[:1])
        return target.contact_id in owners.values()
    return same(court, claim.chat, target.contact_id)


def _by_author(court: Court, target: Target, claim: Claim) -> Verdict:
    if claim.from_me or target.direction != "in":
        return claim.from_me and target.direction == "out"
    return same(court, claim.author, target.author_id)


def _by_admin(court: Court, target: Target, claim: Claim) -> Verdict:
    """Whether whoever claims it was an admin of the message's group then; None: the roles are not known."""
    owners = people.find_owners(court.account_id, claim.author)
    contact_id = next(iter(owners.values()), None)
    return groups.was_admin(target.contact_id, contact_id, claim.at) if contact_id is not None else None


def _both(one: Verdict, other: Verdict) -> Verdict:
    if one is False or other is False:
        return False
    return True if one and other else None


def _either(one: Verdict, other: Verdict) -> Verdict:
    if one is True or other is True:
        return True
    return False if one is False and other is False else None
