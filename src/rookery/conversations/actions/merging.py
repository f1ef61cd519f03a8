"""Two contacts become one, and two again.

Which of them is kept decides nothing but whose key stays: every attribute is chosen by what it says, not by who has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F

from rookery import db
from rookery.accounts.models import Account, AuditEntry, User
from rookery.conversations import facts
from rookery.conversations.actions import merge_chats, merge_ledger, merge_rows
from rookery.conversations.actions.identity_lock import have_alone
from rookery.conversations.actions.merge_ledger import Ledger
from rookery.conversations.actions.merge_preview import InboxPreview, MergePreview, preview
from rookery.conversations.errors import Refused
from rookery.conversations.models import Address, Apart, Contact, Conversation, Merge
from rookery.conversations.store import people, threads
from rookery.db.fields import now_seconds

__all__ = [
    "InboxPreview",
    "MergePreview",
    "are_apart",
    "do_merge",
    "do_set_apart",
    "do_undo",
    "elder",
    "preview",
]


def elder(one: int, other: int) -> tuple[int, int]:
    """(keep, merge) where nobody chose: the one that is listed, which people may have noted; else the older."""
    listed = set(Contact.objects.filter(pk__in=(one, other), listed=True).values_list("pk", flat=True))
    keep, merge = sorted((one, other), key=lambda pk: (pk not in listed, pk))
    return keep, merge


def do_merge(account_id: int, keep_id: int, merge_id: int, *, reason: str, by: User | None = None) -> Merge:
    """Make two contacts one; `reason`: pair, digit, agent ...; `by`: nobody for what an event proved.

    Their chats are joined in every inbox. Bumps the account's identity epoch. What waited for it is judged, but for
    `pair`: there the caller does so (`waiting_room.retry_for_contact`). Raises Refused: contact_gone, same_contact,
    other_account, not_a_person, already_merged. Raises MergeDue inside a transaction that shares the account's identities.
    """
    with db.write():
        have_alone(account_id)
        keep, merge = _pair(account_id, keep_id, merge_id)
        ledger = Ledger()
        addresses = list(Address.objects.filter(contact=merge).order_by("pk").values_list("pk", flat=True))
        ledger.move(Address, addresses, "contact_id", merge_id, keep_id)
        _move_aparts(ledger, keep_id, merge_id)
        merge_rows.unite_people(ledger, keep_id, merge_id)
        merge_chats.join_authors(ledger, keep_id, merge_id)
        joined = merge_chats.join_chats(ledger, keep_id, merge_id)
        _unite_attributes(ledger, keep, merge)
        _refresh(keep_id)
        row = Merge.objects.create(
            account_id=account_id,
            kept=keep,
            merged=merge,
            moved={"version": 1, "steps": ledger.steps, "joined": joined},
            reason=reason,
            by=by,
            at=now_seconds(),
        )
        _tell(account_id, (keep_id, merge_id))
        _audit("contact.merged", row, by)
        if reason != "pair":  # an event that proves it is judged by its own handler
            _judge_what_waited(account_id, keep_id)
    return row


def do_undo(merge_id: int, by: User | None) -> Merge:
    """Both contacts as they were, with their conversations, statuses and display ids; no event joins them again.

    What came since stays with the contact whose place in the inbox it came to: the kept one where both had one.
    What people changed since stays as they left it. Raises Refused: already_undone, later_merge_first.
    """
    account_id = Merge.objects.values_list("account_id", flat=True).get(pk=merge_id)
    with db.write():
        have_alone(account_id)
        row = Merge.objects.select_related("kept", "merged").get(pk=merge_id)
        _check_undo(row)
        steps, joined = row.moved["steps"], row.moved["joined"]
        merge_ledger.take_back(steps)
        merge_chats.part_chats(joined)
        for contact_id in (row.kept_id, row.merged_id):
            _refresh(contact_id)
        again = {step[2]["conversation_id"] for step in steps if step[:2] == ["remove", "Message"]}
        for conversation_id in sorted(again.union(_conversations((row.kept_id, row.merged_id)))):
            threads.recount(conversation_id)
        merge_chats.tell(sorted(again.difference(_conversations((row.kept_id, row.merged_id)))))
        do_set_apart(account_id, row.kept_id, row.merged_id)
        row.undone_at = now_seconds()
        row.save(update_fields=["undone_at"])
        _tell(account_id, (row.kept_id, row.merged_id))
        _audit("contact.merge_undone", row, by)
    return row


def are_apart(one: int, other: int) -> bool:
    """Whether somebody said that these two contacts are two."""
    first, second = sorted((one, other))
    return Apart.objects.filter(first_id=first, second_id=second).exists()


def do_set_apart(account_id: int, one: int, other: int) -> None:
    """These two contacts are two: no event joins them any more, and no scan proposes it. Inside `db.write()`."""
    first, second = sorted((one, other))
    Apart.objects.get_or_create(
        first_id=first, second_id=second, defaults={"account_id": account_id, "at": now_seconds()}
    )


def _pair(account_id: int, keep_id: int, merge_id: int) -> tuple[Contact, Contact]:
    rows = Contact.objects.select_for_update(no_key=True).filter(pk__in=(keep_id, merge_id)).order_by("pk")
    found = {row.pk: row for row in rows}
    if keep_id == merge_id:
        raise Refused("same_contact")
    if len(found) < 2:
        raise Refused("contact_gone")
    if any(row.account_id != account_id for row in found.values()):
        raise Refused("other_account")
    if any(row.merged_into_id is not None for row in found.values()):
        raise Refused("already_merged")
    chats = Address.objects.filter(contact_id__in=found, kind__in=("group", "newsletter"))
    if any(row.kind != Contact.Kind.PERSON for row in found.values()) or chats.exists():
        raise Refused("not_a_person")
    return found[keep_id], found[merge_id]


def _check_undo(row: Merge) -> None:
    if row.undone_at is not None or row.merged.merged_into_id != row.kept_id or not row.moved.get("steps"):
        raise Refused("already_undone")
    people_of = (row.kept_id, row.merged_id)
    later = Merge.objects.filter(account_id=row.account_id, pk__gt=row.pk, undone_at__isnull=True)
    if later.filter(kept_id__in=people_of).exists() or later.filter(merged_id__in=people_of).exists():
        raise Refused("later_merge_first")


def _unite_attributes(ledger: Ledger, keep: Contact, merge: Contact) -> None:
    first, second = sorted((keep, merge), key=lambda row: row.pk)
    push = max(first, second, key=lambda row: (row.name_at, row.name_event))
    saved = max(first, second, key=lambda row: (row.saved_at, row.saved_event))
    pictured = first if first.avatar_key else second
    activity = [row.last_activity_at for row in (first, second) if row.last_activity_at is not None]
    values: dict[str, Any] = {
        "push_name": push.push_name,
        "name_at": push.name_at,
        "name_event": push.name_event,
        "saved_name": saved.saved_name,
        "saved_at": saved.saved_at,
        "saved_event": saved.saved_event,
        "agent_name": first.agent_name or second.agent_name,
        "phone": max(first.phone, second.phone),
        "email": first.email or second.email,
        "identifier": first.identifier or second.identifier,
        "listed": first.listed or second.listed,
        "blocked": first.blocked or second.blocked,
        "custom_attributes": {**second.custom_attributes, **first.custom_attributes},
        "additional_attributes": {**second.additional_attributes, **first.additional_attributes},
        "avatar_key": pictured.avatar_key,
        "avatar_id": pictured.avatar_id,
        "details_due_ms": 0,
        "last_activity_at": max(activity, default=None),
        "created_at": min(first.created_at, second.created_at),
    }
    ledger.change(merge, merged_into_id=keep.pk, identifier=None)
    ledger.change(keep, **values)


def _move_aparts(ledger: Ledger, keep_id: int, merge_id: int) -> None:
    """Who was said not to be the merged contact is not the kept one; the two themselves somebody joins now."""
    for row in Apart.objects.filter(first_id=merge_id) | Apart.objects.filter(second_id=merge_id):
        other = row.second_id if row.first_id == merge_id else row.first_id
        if other == keep_id or are_apart(other, keep_id):
            ledger.remove(row)
        else:
            first, second = sorted((other, keep_id))
            ledger.change(row, first_id=first, second_id=second)


def _refresh(contact_id: int) -> None:
    """What follows from the rows: the best name, the address to write to, the number to show."""
    people.refresh_name(contact_id)
    people.refresh_reach(contact_id)


def _judge_what_waited(account_id: int, contact_id: int) -> None:
    from rookery.conversations.actions import waiting_room  # it asks identity who is who, and identity merges

    waiting_room.retry_for_contact(account_id, contact_id)


def _conversations(contact_ids: Sequence[int]) -> list[int]:
    rows = Conversation.objects.filter(contact_inbox__contact_id__in=contact_ids)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _tell(account_id: int, contact_ids: tuple[int, int]) -> None:
    """Every process forgets which contact an alias led to; pages draw anew."""
    Account.objects.filter(pk=account_id).update(identity_epoch=F("identity_epoch") + 1)
    merge_chats.tell(_conversations(contact_ids))
    for contact_id in contact_ids:
        facts.record(facts.CONTACT_CHANGED, account=account_id, contact=contact_id)


def _audit(action: str, row: Merge, by: User | None) -> None:
    AuditEntry.objects.create(
        account_id=row.account_id,
        actor=by,
        action=action,
        target_kind="contact",
        target_id=row.kept_id,
        data={"merge": row.pk, "merged": row.merged_id, "reason": row.reason},
    )
