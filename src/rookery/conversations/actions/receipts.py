"""Receipts: claims that are checked, and only ever move a message forward.

A receipt is found by channel and id, for its chat may be a LID nobody has explained yet (decisions B2).
"""

from __future__ import annotations

from collections.abc import Sequence

from rookery.conversations import facts
from rookery.conversations.incoming import Alias, IncomingReceipt, Place
from rookery.conversations.store import messages, people, threads, waiting
from rookery.conversations.store.messages import Target

KIND = "receipt"


def do_apply_receipt(place: Place, receipt: IncomingReceipt) -> None:
    """Apply a receipt to every message it names; what cannot be judged yet waits, a stranger's claim changes nothing."""
    found = messages.find_targets(place.channel_id, receipt.source_ids)
    known = {target.source_id for target in found}
    if missing := [source_id for source_id in receipt.source_ids if source_id not in known]:
        waiting.meet(missing)
        found = messages.find_targets(place.channel_id, receipt.source_ids)
        known = {target.source_id for target in found}
    for source_id in receipt.source_ids:
        if source_id not in known:
            _wait(place, source_id, receipt)
    if not found:
        return
    owners = people.find_owners(place.account_id, [*receipt.sender, *receipt.chat])
    for target in found:
        _apply(place, target, receipt, owners)


def apply_waiting_receipts(channel_id: int, source_id: str) -> None:
    """A message's id became known: apply the receipts that came before it.

    Of an incoming one only our own reading: somebody else's may be about one of ours that has this id too.
    """
    claims = waiting.for_target(channel_id, source_id, KIND)
    found = messages.find_targets(channel_id, [source_id]) if claims else []
    if not found:
        return
    ours = any(target.direction == "out" for target in found)
    for claim in claims:
        place = _place(channel_id, found[0], claim.payload["own"])
        receipt = _thaw(source_id, claim.at, claim.payload)
        if ours or _is_own(place, receipt.sender):
            waiting.drop(claim.id)
            do_apply_receipt(place, receipt)


def retry_for_alias(place: Place, alias: Alias) -> None:
    """An address got an owner: judge the receipts again that name it."""
    for claim in waiting.for_alias(place.channel_id, alias.key, KIND):
        if messages.find_targets(place.channel_id, [claim.source_id]):
            waiting.drop(claim.id)
            do_apply_receipt(place, _thaw(claim.source_id, claim.at, claim.payload))


def _apply(
    place: Place, target: Target, receipt: IncomingReceipt, owners: dict[tuple[str, str], int]
) -> None:
    if target.direction == "in":
        if receipt.status == "read" and _is_own(place, receipt.sender):
            _read_on_phone(target)
        return
    if _is_own(place, receipt.sender):
        return
    if target.contact_kind == "group":
        _apply_in_group(target, receipt, owners)
    elif target.contact_id in owners.values():
        _advance(target, receipt)
    elif not any((alias.kind, alias.key) in owners for alias in receipt.sender):
        _wait(place, target.source_id, receipt)


def _apply_in_group(target: Target, receipt: IncomingReceipt, owners: dict[tuple[str, str], int]) -> None:
    sender = next((owners[a.kind, a.key] for a in receipt.sender if (a.kind, a.key) in owners), None)
    if sender is not None:
        messages.note_participant(target.id, sender, receipt.status, receipt.at)
    _advance(target, receipt)


def _advance(target: Target, receipt: IncomingReceipt) -> None:
    if messages.advance(target.id, receipt.status, receipt.at):
        facts.record(
            facts.MESSAGE_CHANGED,
            account=target.account_id,
            inbox=target.inbox_id,
            conversation=target.conversation_id,
            message=target.id,
            display_id=target.display_id,
            state=receipt.status,
        )


def _read_on_phone(target: Target) -> None:
    unread = threads.count_unread_after(target.conversation_id, target.at, target.tie)
    if threads.lower_unread(target.conversation_id, unread):
        facts.record(
            facts.CONVERSATION_CHANGED,
            account=target.account_id,
            inbox=target.inbox_id,
            conversation=target.conversation_id,
            display_id=target.display_id,
            unread=unread,
        )


def _is_own(place: Place, sender: Sequence[Alias]) -> bool:
    return any((alias.kind, alias.key) in place.own for alias in sender)


def _wait(place: Place, source_id: str, receipt: IncomingReceipt) -> None:
    payload = {
        "status": receipt.status,
        "chat": [[a.kind, a.key, a.jid] for a in receipt.chat],
        "sender": [[a.kind, a.key, a.jid] for a in receipt.sender],
        "own": sorted(list(pair) for pair in place.own),
    }
    sender = receipt.sender[0].key if receipt.sender else ""
    waiting.keep(place.channel_id, source_id, KIND, receipt.at, f"{receipt.status}:{sender}"[:128], payload)


def _thaw(source_id: str, at: int, payload: dict[str, list[list[str]]]) -> IncomingReceipt:
    return IncomingReceipt(
        source_ids=(source_id,),
        chat=tuple(Alias(*parts) for parts in payload["chat"]),
        sender=tuple(Alias(*parts) for parts in payload["sender"]),
        status=str(payload["status"]),
        at=at,
    )


def _place(channel_id: int, target: Target, own: list[list[str]]) -> Place:
    keys = frozenset((kind, key) for kind, key in own)
    return Place(target.account_id, target.inbox_id, channel_id, "reopen", keys)
