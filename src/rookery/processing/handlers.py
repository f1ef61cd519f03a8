"""One stored delivery, applied. Runs inside the batch's transaction, in a savepoint of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from rookery.conversations import facts
from rookery.conversations.actions import (
    calls,
    changes,
    chat_labels,
    deletions,
    group_life,
    identity,
    inbound,
    receipts,
)
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import (
    Alias,
    IncomingCall,
    IncomingChange,
    IncomingChatLabel,
    IncomingDeletion,
    IncomingGroupChange,
    IncomingLabel,
    IncomingMessage,
    IncomingReceipt,
    Place,
)
from rookery.conversations.store import messages
from rookery.intake.claims import NewEvent, digest_of
from rookery.processing import rules, translate, translate_changes
from rookery.providers.base import Provider
from rookery.providers.events import (
    CallEvent,
    ChatLabelEvent,
    DeletedForMeEvent,
    EditEvent,
    Event,
    GroupEvent,
    HistoryReadyEvent,
    LabelEvent,
    MessageEvent,
    Party,
    ReactionEvent,
    ReceiptEvent,
    RevokeEvent,
    UnknownEvent,
)
from rookery.telemetry import metrics
from rookery.waid import BadJid, Jid

Change: TypeAlias = (
    IncomingMessage
    | IncomingChange
    | IncomingDeletion
    | IncomingReceipt
    | IncomingGroupChange
    | IncomingCall
    | IncomingLabel
    | IncomingChatLabel
)

_UNDERSTOOD = ("", "view_once", "empty")  # kinds of messages that are known to show nothing


@dataclass(slots=True)
class Plan:
    """What a delivery asks for, worked out before anything is locked.

    `unknown`: names of what nobody understands; such a delivery may be replayed after an upgrade, so its digest is
    not remembered. `left_out`: rules of the inbox that something fell under. `own_lids`: LIDs the number itself was
    seen under. `pairs`: the two names of everybody whom it names by both. `history_ready`: the gateway has read the
    phone's history, a good moment to catch up.
    """

    digest: bytes
    changes: list[Change] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    own_lids: list[Jid] = field(default_factory=list)
    pairs: list[tuple[Alias, ...]] = field(default_factory=list)
    history_ready: bool = False

    @property
    def replayable(self) -> bool:
        return bool(self.unknown)

    def ids(self) -> Iterator[str]:
        """Of messages that it stores, or says something about."""
        for change in self.changes:
            if isinstance(change, IncomingMessage):
                yield change.source_id
            elif isinstance(change, (IncomingChange, IncomingDeletion)):
                yield change.target
            elif isinstance(change, IncomingReceipt):
                yield from change.source_ids


def plan(event: NewEvent, provider: type[Provider], place: Place, own: frozenset[Jid]) -> Plan:
    """Parse and translate. Raises `providers.errors.Unparsable` when the body is not understood at all."""
    made = Plan(digest_of(event.body))
    received_at = event.received_ms // 1000
    for part in provider.parse(event.body, own):
        if isinstance(part, UnknownEvent):
            made.unknown.append(part.name or "unnamed")
            continue
        if isinstance(part, HistoryReadyEvent):
            made.history_ready = True
            continue
        if isinstance(part, MessageEvent) and not part.source_id:
            made.unknown.append("message_without_id")
            continue
        if isinstance(part, MessageEvent) and part.kind == "unsupported" and part.what not in _UNDERSTOOD:
            made.unknown.append(part.what)
        if rule := rules.left_out(place.rules, part):
            made.left_out.append(rule)
            continue
        try:
            change = _translate(part, event.id, made.digest.hex(), received_at)
            _note_names(made, part, place)
        except BadJid:
            made.unknown.append("chat_of_nobody")
            continue
        if change is not None:
            made.changes.append(change)
    return made


def apply(plan: Plan, place: Place, cache: ContactCache) -> int:
    """Write what the plan says; returns how many messages are new."""
    for pair in plan.pairs:
        _learn_pair(place, pair, cache)
    if plan.history_ready:
        facts.record(
            facts.HISTORY_READY, account=place.account_id, inbox=place.inbox_id, channel=place.channel_id
        )
    return sum(_apply(change, place, cache) for change in plan.changes)


def _apply(change: Change, place: Place, cache: ContactCache) -> bool:
    """Whether a new message came of it."""
    if isinstance(change, IncomingMessage):
        if not _is_wanted(change, place):
            return False
        return inbound.do_receive_message(place, change, cache) is not None
    if isinstance(change, IncomingCall):
        return calls.do_receive_call(place, change, cache) is not None
    if isinstance(change, IncomingReceipt):
        receipts.do_apply_receipt(place, change)
    elif isinstance(change, IncomingChange):
        changes.do_apply_change(place, change, cache)
    elif isinstance(change, IncomingDeletion):
        deletions.do_delete_for_me(place, change)
    elif isinstance(change, IncomingGroupChange):
        group_life.do_group_change(place, change, cache)
    elif isinstance(change, IncomingLabel):
        chat_labels.do_label(place, change)
    else:
        chat_labels.do_chat_label(place, change, cache)
    return False


def _is_wanted(message: IncomingMessage, place: Place) -> bool:
    """Under the rule `mentioned`: what names us, answers us, or is ours."""
    if place.rules.groups != "mentioned" or not message.is_group or message.from_me:
        return True
    if rules.mentions(message.content, place.own):
        return True
    quoted = message.quoted_source_id
    if quoted and messages.is_ours(place.channel_id, quoted):
        return True
    metrics.events_left_out.labels(rule="groups").inc()
    return False


def _learn_pair(place: Place, pair: tuple[Alias, ...], cache: ContactCache) -> None:
    """Two names of one person. What they prove must not depend on which event comes first."""
    known = (place.account_id, pair)
    if known in cache.pairs:
        return
    contact_id, learnt = identity.do_resolve_contact(place.account_id, pair, "person")
    if learnt:
        cache.learn(place.account_id, contact_id)
    cache.pairs.add(known)


def _translate(part: Event, raw_event_id: int, event_id: str, received_at: int) -> Change | None:
    """None for what asks for nothing: presence, quiet events, the end of a history sync."""
    match part:
        case MessageEvent():
            return translate.message(part, raw_event_id, received_at)
        case ReceiptEvent():
            return translate_changes.receipt(part, received_at)
        case ReactionEvent() | EditEvent() | RevokeEvent():
            return translate_changes.change(part, received_at) if part.target else None
        case DeletedForMeEvent():
            return translate_changes.deletion(part, received_at) if part.target else None
        case GroupEvent():
            return translate_changes.group_change(part, received_at)
        case CallEvent():
            return translate_changes.call(part, received_at)
        case LabelEvent():
            return translate_changes.label(part, event_id, received_at)
        case ChatLabelEvent():
            return translate_changes.chat_label(part, event_id, received_at)
        case _:
            return None


def _note_names(made: Plan, part: Event, place: Place) -> None:
    """Keep who goes by two names, and under which LID we go ourselves."""
    for party in _parties(part):
        if party.pn is not None and party.lid is not None:
            made.pairs.append(translate.aliases_of(party))
    if isinstance(part, (MessageEvent, ReactionEvent, EditEvent, RevokeEvent)) and part.from_me:
        lid = part.author.lid
        if lid is not None:
            made.own_lids.append(lid)
            number = next(key for kind, key in place.own if kind == "pn")
            jid = part.author.pn or part.device
            seen = str(jid.bare) if jid is not None and jid.is_pn else f"{number}@s.whatsapp.net"
            made.pairs.append((Alias("pn", number, seen), translate.alias_of(lid)))


def _parties(part: Event) -> list[Party]:
    match part:
        case MessageEvent() | ReactionEvent() | EditEvent() | RevokeEvent():
            # Our own two names are paired by `_note_names`, with the number as it is configured.
            return [part.chat.party] if part.from_me else [part.chat.party, part.author]
        case DeletedForMeEvent() | ChatLabelEvent():
            return [part.chat.party]
        case ReceiptEvent():
            return [part.sender]
        case GroupEvent():
            return list(part.people)
        case CallEvent():
            return [part.caller]
        case _:
            return []
