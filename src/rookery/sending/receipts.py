"""Receipts as evidence, for attempts of which the gateway writes no row (decisions C2).

It answered that WhatsApp did not confirm in time. If the message went out nevertheless, the customer's phone
sends a receipt for an id that nobody knows. It counts if the id has the form of an API's ids, exactly one message
of its chat is uncertain, and within a minute neither a message nor a row of the record claims the id.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rookery.conversations.actions import outbox as recording
from rookery.conversations.actions.inbound import is_api_id
from rookery.conversations.models import Address, Message, PendingChange
from rookery.db.fields import now_millis

EVERY_MS = 15_000
UNCLAIMED_MS = 60_000
LONGEST_MS = 3_600_000
EARLY_S = 10


def next_look_ms(ended_ms: int) -> int:
    """When to look again: often at first, then every minute, and after an hour no more (0)."""
    now = now_millis()
    age = now - ended_ms
    if age > LONGEST_MS:
        return 0
    return now + (EVERY_MS if age < 5 * UNCLAIMED_MS else UNCLAIMED_MS)


def settle(message_id: int, *, claimed: Collection[str]) -> bool:
    """Settle the message if exactly one unknown id of its chat has a receipt. `claimed`: ids the record shows."""
    message = Message.objects.select_related("contact_inbox").get(pk=message_id)
    open_ones = Message.objects.filter(
        contact_inbox_id=message.contact_inbox_id, state__in=["uncertain", "sending"]
    )
    if open_ones.count() != 1 or message.left_ms is None:
        return False
    ids = _unknown_ids(message) - set(claimed)
    if len(ids) != 1:
        return False
    return recording.settle_by_evidence(message_id, ids.pop(), None)


def _unknown_ids(message: Message) -> set[str]:
    assert message.left_ms is not None
    assert message.channel_id is not None
    waiting = PendingChange.objects.filter(
        channel_id=message.channel_id,
        kind="receipt",
        at__gte=message.left_ms // 1000 - EARLY_S,
        created_ms__gte=message.left_ms,
        created_ms__lte=now_millis() - UNCLAIMED_MS,
    )
    addresses = Address.objects.filter(contact_id=message.contact_inbox.contact_id)
    ours = set(addresses.values_list("kind", "key"))
    found = {one.source_id for one in waiting if is_api_id(one.source_id) and _is_about(one.payload, ours)}
    known = Message.objects.filter(channel_id=message.channel_id, source_id__in=found)
    return found - {source_id for source_id in known.values_list("source_id", flat=True) if source_id}


def _is_about(payload: dict[str, Any], ours: set[tuple[str, str]]) -> bool:
    """Whether the receipt is of this chat. In a group the sender is anybody; else they are the other side."""
    chat = [tuple(alias[:2]) for alias in payload.get("chat", ())]
    named = set(chat)
    if not any(kind == "group" for kind, _ in chat):
        named |= {tuple(alias[:2]) for alias in payload.get("sender", ())}
    return not named.isdisjoint(ours)
