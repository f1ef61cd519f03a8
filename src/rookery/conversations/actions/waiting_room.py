"""Claims about messages come in here: they are judged, take effect, or wait.

A claim that no message answers to waits for thirty days: its message may still come, a LID may be explained, a roster
learnt. That holds for refused ones too: an id may be used twice, and the claim may be about the other. Claims about
messages of groups that delete them stay, because the roles of that time may be learnt in any order.

Who learns something calls: `do_meet` (a message's id), `retry_for_contact` (an alias), `retry_for_group` (roles).
All inside `db.write()`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rookery import db
from rookery.conversations.actions import claims, effects, judging
from rookery.conversations.actions.claims import Claim, Court
from rookery.conversations.incoming import Alias
from rookery.conversations.store import changes, messages, people, tombstones, waiting
from rookery.conversations.store.messages import Target
from rookery.conversations.store.waiting import Waiting
from rookery.telemetry import metrics


def do_claim(court: Court, made: Sequence[Claim]) -> None:
    """Judge claims, all made by one event."""
    ids = list(dict.fromkeys(claim.target for claim in made))
    found = messages.find_targets(court.channel_id, ids)
    known = {target.source_id for target in found}
    missing = [source_id for source_id in ids if source_id not in known]
    if missing and not db.is_sqlite():
        waiting.meet(missing)
        found += messages.find_targets(court.channel_id, missing)
    for claim in made:
        _see(court, claim)
        targets = [target for target in found if target.source_id == claim.target]
        if claim.kind == "revoke" and claim.is_group:
            if _keep(court, claim):
                _settle_revoke(court, claim, targets)
            continue
        accepted, refused = _try(court, claim, targets)
        if not accepted and _keep(court, claim) and refused:
            _count(claim)


def do_meet(court: Court | None, channel_id: int, source_id: str, *, counts: bool = True) -> None:
    """A message's id became known: judge what waits for it. `counts`: a refusal is a new one."""
    rows = waiting.for_target(channel_id, source_id)
    if rows:
        _judge_again(court or claims.court_of(channel_id), rows, counts=counts)


def retry_for_contact(account_id: int, contact_id: int) -> None:
    """An alias of the contact was learnt, or it was joined with another: judge what was claimed under its names, or
    about messages in the chat with it."""
    keys = people.list_keys(contact_id)
    rows = waiting.for_claimant(
        account_id, [key for kind, key in keys if kind == "pn"], [key for kind, key in keys if kind == "lid"]
    )
    _judge_again_by_channel(rows)


def retry_for_group(account_id: int, group_contact_id: int) -> None:
    """Roles in a group were learnt: judge who wanted to delete messages of others there."""
    _judge_again_by_channel(waiting.revokes_in_group(account_id, group_contact_id))


def _judge_again_by_channel(rows: Sequence[Waiting]) -> None:
    for channel_id in dict.fromkeys(row.channel_id for row in rows):
        _judge_again(claims.court_of(channel_id), [row for row in rows if row.channel_id == channel_id])


def _judge_again(court: Court | None, rows: Sequence[Waiting], *, counts: bool = True) -> None:
    if court is None:
        return
    ids = list(dict.fromkeys(row.source_id for row in rows))
    found = messages.find_targets(court.channel_id, ids)
    for row in rows:
        claim = claims.thaw(row)
        _see(court, claim)
        targets = [target for target in found if target.source_id == row.source_id]
        if claim.kind == "revoke" and claim.is_group:
            _settle_revoke(court, claim, targets)
            continue
        accepted, refused = _try(court, claim, targets)
        if accepted:
            waiting.drop(row.id)
            continue
        # What it waits for may have another name now: a LID turned out to be our own.
        waiting.rename(row, claim.claimant(_all_own(court)))
        if refused and counts:
            _count(claim)


def _see(court: Court, claim: Claim) -> None:
    """A claim spells numbers too: of two spellings the longer stays, so it must count from wherever it comes."""
    for alias in (*claim.author, *claim.chat):
        is_longer = alias.kind == "pn" and alias.jid.partition("@")[0] != alias.key
        if is_longer and people.see_address(court.account_id, alias):
            for contact_id in people.find_owners(court.account_id, [alias]).values():
                people.refresh_reach(contact_id)


def _try(court: Court, claim: Claim, targets: Sequence[Target]) -> tuple[bool, bool]:
    """Let a claim take effect where it is believed; whether it was anywhere, and whether somewhere it was refused."""
    if _says_nothing(court, claim):
        return True, False
    verdicts = [(target, judging.judge(court, target, claim)) for target in targets]
    for target, verdict in verdicts:
        if verdict:
            effects.apply(court, target, claim)
    return any(verdict for _, verdict in verdicts), any(verdict is False for _, verdict in verdicts)


def _says_nothing(court: Court, claim: Claim) -> bool:
    """Our own number received something: of that nobody needs to hear."""
    return claim.kind == "receipt" and claim.value != "read" and judging.is_own(court, claim.author)


def _settle_revoke(court: Court, claim: Claim, targets: Sequence[Target]) -> None:
    """One of the claims to delete a message of a group: it counts, or counts no longer."""
    for target in targets:
        verdict = judging.judge(court, target, claim)
        if verdict:
            effects.apply(court, target, claim)
        elif changes.take_back_revoke(target.id, claim.event_id):
            effects.record(target, revoked=False)
            for row in waiting.for_target(court.channel_id, claim.target):
                other = claims.thaw(row)
                if row.kind == "revoke" and judging.judge(court, target, other):
                    effects.apply(court, target, other)
        elif verdict is False:
            _count(claim)


def _keep(court: Court, claim: Claim) -> bool:
    """Whether it waits from now on. About what was erased nothing is kept: it would hold what somebody said."""
    chat = [(alias.kind, alias.key) for alias in claim.chat]
    if tombstones.is_erased(court.channel_id, chat, claim.target):
        return False
    return waiting.keep(claims.freeze(court, claim), claim.claimant(_all_own(court)))


def _all_own(court: Court) -> claims.Keys:
    """Our own addresses, with a LID that is known from a pair alone."""
    numbers = [Alias(kind, key, "") for kind, key in court.own if kind == "pn"]
    owners = people.find_owners(court.account_id, numbers)
    return court.own.union(*(people.list_keys(contact_id) for contact_id in owners.values()))


def _count(claim: Claim) -> None:
    """Once it is committed: a transaction that begins anew refuses it again."""
    db.on_commit(metrics.claims_refused.labels(kind=claim.kind).inc)
