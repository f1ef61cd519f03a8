"""Rows that belong to two contacts, or to two messages that are one: the newest of what both say stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models

from rookery.conversations.actions.merge_ledger import TEXTS, Ledger, rows_of
from rookery.conversations.models import (
    Attachment,
    ContactInbox,
    GroupMember,
    Message,
    Reaction,
    Receipt,
    Revision,
)

TIMES = ("sent_at", "delivered_at", "read_at", "played_at")
_STORED = (Attachment.State.STORED, Attachment.State.READY)

Unite = Callable[[Any, Any], dict[str, Any]]


def unite_people(ledger: Ledger, keep_id: int, merge_id: int) -> None:
    """Group memberships, receipts, reactions and revokes of the merged contact become the kept one's."""
    _unite(ledger, GroupMember, "contact_id", merge_id, keep_id, ("group_id",), _newest_membership)
    _unite(ledger, Receipt, "contact_id", merge_id, keep_id, ("message_id",), _earliest)
    _unite(ledger, Reaction, "contact_id", merge_id, keep_id, ("message_id",), _newest_reaction)
    ledger.move(Message, _revoked_by(merge_id, keep_id), "revoked_by_id", merge_id, keep_id)


def fuse(ledger: Ledger, one: Message, other: Message) -> Message:
    """Two rows of one message become one: the queued one, else the older. Gives the row that stays; the other is gone.

    Fields of the same name hold what either knew: the farthest state, the newest edit, the earliest times.
    """
    stays, gone = sorted((one, other), key=lambda row: (row.queue_seq is None, row.pk))
    _unite(ledger, Receipt, "message_id", gone.pk, stays.pk, ("contact_id",), _earliest)
    _unite(ledger, Reaction, "message_id", gone.pk, stays.pk, ("contact_id",), _newest_reaction)
    known = Revision.objects.filter(message=stays).values("event_id")
    Revision.objects.filter(
        message=gone, event_id__in=list(known.values_list("event_id", flat=True))
    ).delete()
    versions = Revision.objects.filter(message=gone).order_by("pk").values_list("pk", flat=True)
    ledger.move(Revision, list(versions), "message_id", gone.pk, stays.pk)
    _unite_files(ledger, stays, gone)
    chats = {stays.contact_inbox_id, gone.contact_inbox_id}
    quoting = Message.objects.filter(contact_inbox_id__in=chats, quoted_id=gone.pk)
    ledger.move(Message, list(quoting.values_list("pk", flat=True)), "quoted_id", gone.pk, stays.pk)
    values = {**_united(stays, gone), "version": max(stays.version, gone.version) + 1}
    texts = {name: values.pop(name) for name in TEXTS if name in values}
    ledger.remove(gone, like=stays)
    ledger.change(stays, **values)
    if texts:
        Message.objects.filter(pk=stays.pk).update(**texts)
    return stays


def _revoked_by(contact_id: int, keep_id: int) -> list[int]:
    """Messages that the contact deleted: their own, or as an admin others' in their groups. (No index leads there.)"""
    groups = GroupMember.objects.filter(contact_id__in=(contact_id, keep_id)).values("group_id")
    chats = list(ContactInbox.objects.filter(contact_id__in=groups).values_list("pk", flat=True))
    rows = Message.objects.filter(revoked_by_id=contact_id)
    found = set(rows.filter(author_id__in=(contact_id, keep_id)).values_list("pk", flat=True))
    found.update(rows.filter(contact_inbox_id__in=chats).values_list("pk", flat=True))
    return sorted(found)


def _unite(
    ledger: Ledger,
    model: type[models.Model],
    field: str,
    before: int,
    after: int,
    same: tuple[str, ...],
    unite: Unite,
) -> None:
    """Rows that point at `before` point at `after`; where both have one that is the `same`, they become one."""
    rows = rows_of(model)
    mine = list(rows.filter(**{field: before}).order_by("pk"))
    if not mine:
        return
    theirs = {_key(row, same): row for row in rows.filter(**{field: after})}
    for row in mine:
        if (twin := theirs.get(_key(row, same))) is not None:
            values = unite(twin, row)
            ledger.remove(row)
            ledger.change(twin, **values)
    free = [row.pk for row in mine if _key(row, same) not in theirs]
    ledger.move(model, free, field, before, after)


def _unite_files(ledger: Ledger, stays: Message, gone: Message) -> None:
    have = {row.position: row for row in Attachment.objects.filter(message=stays)}
    for row in Attachment.objects.filter(message=gone).order_by("pk"):
        mine = have.get(row.position)
        if mine is None:
            ledger.move(Attachment, [row.pk], "message_id", gone.pk, stays.pk)
        elif row.state in _STORED and mine.state not in _STORED:
            ledger.remove(mine)
            ledger.move(Attachment, [row.pk], "message_id", gone.pk, stays.pk)
        else:
            ledger.remove(row)


def _united(stays: Message, gone: Message) -> dict[str, Any]:
    values: dict[str, Any] = {name: _least((getattr(stays, name), getattr(gone, name))) for name in TIMES}
    if gone.rank > stays.rank:
        values.update(rank=gone.rank, state=gone.state, failure_code="")
    if _mark(gone.edited_at, gone.edited_event) > _mark(stays.edited_at, stays.edited_event):
        values.update(edited_at=gone.edited_at, edited_event=gone.edited_event, content=gone.content)
    elif not stays.content and gone.content:
        values.update(
            content=gone.content, kind=gone.kind, unsupported=gone.unsupported, details=gone.details
        )
    if gone.revoked_at is not None and (
        stays.revoked_at is None
        or (gone.revoked_at, gone.revoked_event) < (stays.revoked_at, stays.revoked_event)
    ):
        values.update(
            revoked_at=gone.revoked_at, revoked_event=gone.revoked_event, revoked_by_id=gone.revoked_by_id
        )
    values["hidden_at"] = _least((stays.hidden_at, gone.hidden_at))
    values["archived"] = stays.archived and gone.archived
    values["quoted_id"] = stays.quoted_id or gone.quoted_id
    return values


def _newest_membership(kept: GroupMember, gone: GroupMember) -> dict[str, Any]:
    values: dict[str, Any] = {}
    # Equal times: present and the higher role, whichever contact is kept.
    if (gone.present_at, gone.present) > (kept.present_at, kept.present):
        values.update(present=gone.present, present_at=gone.present_at)
    ranks = list(GroupMember.Role.values)
    if (gone.role_at, ranks.index(gone.role)) > (kept.role_at, ranks.index(kept.role)):
        values.update(role=gone.role, role_at=gone.role_at)
    return values


def _earliest(kept: Receipt, gone: Receipt) -> dict[str, Any]:
    names = ("delivered_at", "read_at", "played_at")
    return {name: _least((getattr(kept, name), getattr(gone, name))) for name in names}


def _newest_reaction(kept: Reaction, gone: Reaction) -> dict[str, Any]:
    if (gone.at, gone.event_id) <= (kept.at, kept.event_id):
        return {}
    return {"emoji": gone.emoji, "at": gone.at, "event_id": gone.event_id}


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def _mark(at: int | None, event: str) -> tuple[int, str]:
    return (-1 if at is None else at, event)


def _key(row: models.Model, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)
