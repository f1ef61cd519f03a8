"""What joining two contacts would do, for people to see before they do it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from rookery.conversations.actions.merge_chats import plan
from rookery.conversations.models import Address, Apart, Contact, ContactInbox, Conversation, Message


@dataclass(frozen=True, slots=True)
class InboxPreview:
    """One inbox: messages of either, display ids of either's conversations, and those that become one, which stays first."""

    inbox_id: int
    name: str
    messages: tuple[int, int]
    conversations: tuple[tuple[int, ...], tuple[int, ...]]
    joined: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MergePreview:
    """`name` and its source afterwards; addresses as (kind, jid, contact they are of now).

    `conflicts` names attributes in which both say something else; the older contact's stays. `warnings`: `two_lids`
    (WhatsApp itself calls them two), `two_numbers` (answers go to the one that wrote last), `apart` (somebody said they
    are two). `refused`: why it cannot be done at all, "" when it can: same_contact, other_account, not_a_person,
    already_merged.
    """

    contacts: tuple[int, int]
    name: str
    name_source: str
    phone: str
    addresses: tuple[tuple[str, str, int], ...]
    inboxes: tuple[InboxPreview, ...]
    conflicts: tuple[str, ...]
    warnings: tuple[str, ...]
    refused: str


def preview(one: Contact, other: Contact) -> MergePreview:
    """What `do_merge` of the two would do; whichever is kept."""
    first, second = sorted((one, other), key=lambda row: row.pk)
    rows = Address.objects.filter(contact_id__in=(first.pk, second.pk)).order_by("kind", "key")
    addresses = tuple((row.kind, row.jid, row.contact_id) for row in rows)
    name, source = _name(first, second)
    return MergePreview(
        contacts=(first.pk, second.pk),
        name=name,
        name_source=source,
        phone=max(first.phone, second.phone),
        addresses=addresses,
        inboxes=_inboxes(first, second),
        conflicts=_conflicts(first, second),
        warnings=_warnings(first, second, addresses),
        refused=_refused(first, second, addresses),
    )


def _name(first: Contact, second: Contact) -> tuple[str, str]:
    if agent := first.agent_name or second.agent_name:
        return agent, Contact.NameSource.AGENT
    saved = max(first, second, key=lambda row: (row.saved_at, row.saved_event)).saved_name
    if saved:
        return saved, Contact.NameSource.SAVED
    push = max(first, second, key=lambda row: (row.name_at, row.name_event)).push_name
    return push, Contact.NameSource.PUSH if push else Contact.NameSource.NONE


def _inboxes(first: Contact, second: Contact) -> tuple[InboxPreview, ...]:
    pair = (first.pk, second.pk)
    chats = (
        ContactInbox.objects.filter(contact_id__in=pair).select_related("inbox").order_by("inbox_id", "pk")
    )
    counts = dict(
        Message.objects.filter(contact_inbox__in=chats.order_by())
        .values("contact_inbox_id")
        .annotate(count=Count("pk"))
        .values_list("contact_inbox_id", "count")
    )
    threads = Conversation.objects.filter(contact_inbox__in=chats.order_by(), merged_into__isnull=True)
    known = list(threads.select_related("inbox").order_by("display_id"))
    found = []
    for inbox in {chat.inbox_id: chat.inbox for chat in chats}.values():
        sides = [
            [chat.pk for chat in chats if chat.inbox_id == inbox.pk and chat.contact_id == pk] for pk in pair
        ]
        own = [[row for row in known if row.contact_inbox_id in side] for side in sides]
        messages = [sum(counts.get(pk, 0) for pk in side) for side in sides]
        shown = [tuple(row.display_id for row in rows) for rows in own]
        found.append(
            InboxPreview(
                inbox.pk, inbox.name, (messages[0], messages[1]), (shown[0], shown[1]), _joined(*own)
            )
        )
    return tuple(found)


def _joined(mine: list[Conversation], theirs: list[Conversation]) -> tuple[int, ...]:
    planned = plan(mine, theirs)
    return (planned[0].display_id, *(row.display_id for row in planned[1])) if planned else ()


def _conflicts(first: Contact, second: Contact) -> tuple[str, ...]:
    found = []
    for field in ("agent_name", "email", "identifier"):
        mine, theirs = getattr(first, field), getattr(second, field)
        if mine and theirs and mine != theirs:
            found.append(field)
    shared = first.custom_attributes.keys() & second.custom_attributes.keys()
    found += sorted(key for key in shared if first.custom_attributes[key] != second.custom_attributes[key])
    return tuple(found)


def _warnings(
    first: Contact, second: Contact, addresses: tuple[tuple[str, str, int], ...]
) -> tuple[str, ...]:
    found = []
    for kind, word in (("lid", "two_lids"), ("pn", "two_numbers")):
        if len({owner for one, _, owner in addresses if one == kind}) > 1:
            found.append(word)
    if Apart.objects.filter(first=first, second=second).exists():
        found.append("apart")
    return tuple(found)


def _refused(first: Contact, second: Contact, addresses: tuple[tuple[str, str, int], ...]) -> str:
    if first.pk == second.pk:
        return "same_contact"
    if first.account_id != second.account_id:
        return "other_account"
    if first.merged_into_id or second.merged_into_id:
        return "already_merged"
    people = first.kind == second.kind == Contact.Kind.PERSON
    if not people or any(kind in ("group", "newsletter") for kind, _, _ in addresses):
        return "not_a_person"
    return ""
