"""What others did to messages, and who is named in them: read for a whole page at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from rookery.conversations.models import (
    Address,
    ChannelLabel,
    ChatLabel,
    Contact,
    Conversation,
    GroupMember,
    Message,
    Reaction,
    Receipt,
    Revision,
)
from rookery.db.prepared import Prepared
from rookery.waid import phone

MOST_NAMED = 500

_REACTIONS = Prepared(
    lambda messages: (
        Reaction.objects.filter(message_id__in=messages)
        .exclude(emoji="")
        .select_related("contact")
        .order_by("at", "event_id")
    )
)
_RECEIPTS = Prepared(
    lambda messages: (
        Receipt.objects.filter(message_id__in=messages)
        .select_related("contact")
        .order_by("read_at", "delivered_at", "pk")
    )
)


@dataclass(frozen=True, slots=True)
class Marks:
    """`reactions` and `receipts` by message id, oldest first, with their contacts; withdrawn reactions left out.

    `people`: contacts whom details or a deletion name, by id. `named`: whom the digits of a mention mean.
    `members`: people in the group without ourselves, 0 when its roster is not known.
    """

    reactions: Mapping[int, Sequence[Reaction]] = field(default_factory=dict)
    receipts: Mapping[int, Sequence[Receipt]] = field(default_factory=dict)
    people: Mapping[int, Contact] = field(default_factory=dict)
    named: Mapping[str, Contact] = field(default_factory=dict)
    members: int = 0


NONE = Marks()


def load(conversation: Conversation, messages: Sequence[Message], mentioned: Collection[str] = ()) -> Marks:
    """Marks of a page of one conversation: at most six queries, however many messages."""
    if not messages:
        return NONE
    is_group = conversation.contact.kind == Contact.Kind.GROUP
    ours = [message.pk for message in messages if message.direction == Message.Direction.OUT]
    return Marks(
        reactions=list_reactions([message.pk for message in messages]),
        receipts=list_receipts(ours) if is_group and ours else {},
        people=_people(messages),
        named=find_named(conversation.account_id, mentioned),
        members=count_members(conversation) if is_group and ours else 0,
    )


def list_reactions(message_ids: Sequence[int]) -> dict[int, list[Reaction]]:
    """Reactions that stand, by message."""
    found: dict[int, list[Reaction]] = defaultdict(list)
    for row in _REACTIONS(message_ids):
        found[row.message_id].append(row)
    return dict(found)


def list_receipts(message_ids: Sequence[int]) -> dict[int, list[Receipt]]:
    found: dict[int, list[Receipt]] = defaultdict(list)
    for row in _RECEIPTS(message_ids):
        found[row.message_id].append(row)
    return dict(found)


def list_versions(message: Message) -> list[Revision]:
    """The first text and every edit, oldest first."""
    return list(message.revisions.order_by("at", "event_id"))


def list_members(conversation: Conversation) -> list[GroupMember]:
    """Who is in the group now, without our own number."""
    rows = GroupMember.objects.filter(group_id=conversation.contact_id, present=True)
    return list(rows.exclude(contact__in=_ourselves(conversation)).select_related("contact"))


def count_members(conversation: Conversation) -> int:
    rows = GroupMember.objects.filter(group_id=conversation.contact_id, present=True)
    return rows.exclude(contact__in=_ourselves(conversation)).count()


def find_named(account_id: int, digits: Collection[str]) -> dict[str, Contact]:
    """The contacts that these numbers or LIDs belong to, by the digits as they were written."""
    if not digits:
        return {}
    keys = {one: phone.key(one) for one in list(digits)[:MOST_NAMED]}
    wanted = Q(kind="pn", key__in=list(keys.values())) | Q(kind="lid", key__in=list(keys))
    rows = Address.objects.filter(wanted, account_id=account_id).select_related("contact")
    owners = {(row.kind, row.key): row.contact for row in rows}
    found = {one: owners.get(("pn", key)) or owners.get(("lid", one)) for one, key in keys.items()}
    return {one: contact for one, contact in found.items() if contact is not None}


def list_chat_labels(conversation: Conversation) -> list[ChannelLabel]:
    """Labels of WhatsApp Business that are on this chat now, by name."""
    on_it = ChatLabel.objects.filter(contact_inbox_id=conversation.contact_inbox_id, labeled=True)
    pairs = Q(pk__in=[])
    for channel_id, label_id in on_it.values_list("channel_id", "label_id"):
        pairs |= Q(channel_id=channel_id, label_id=label_id)
    return list(ChannelLabel.objects.filter(pairs, deleted=False).exclude(name="").order_by("name", "pk"))


def _people(messages: Sequence[Message]) -> dict[int, Contact]:
    ids = {message.revoked_by_id for message in messages if message.revoked_by_id}
    for message in messages:
        if message.kind == "group_change":
            ids.update(people_of(message))
    return Contact.objects.in_bulk(list(ids)) if ids else {}


def people_of(message: Message) -> list[int]:
    """Contact ids in the details of a change of a group."""
    people = message.details.get("people")
    return (
        [one for one in people if type(one) is int and 0 < one < 2**63][:MOST_NAMED]
        if isinstance(people, list)
        else []
    )


def _ourselves(conversation: Conversation) -> QuerySet[Address, Any]:
    """Contacts that stand for the number itself in its groups' rosters."""
    channel = conversation.inbox.channel
    own = Q(pk__in=[])
    if channel is not None:
        own |= Q(kind="pn", key=channel.phone_key)
        if channel.own_lid:
            own |= Q(kind="lid", key=channel.own_lid.partition("@")[0].partition(":")[0])
    return Address.objects.filter(own, account_id=conversation.account_id).values("contact_id")
