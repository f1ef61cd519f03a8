"""What a merge did to which rows, so that it can be taken back.

Each step is a JSON list. Taking back goes from the last to the first and changes only what still is as the merge left
it: what somebody did since stays. No step holds a message's text: what was erased since does not come back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, models

from rookery import db
from rookery.conversations.models import (
    Address,
    Apart,
    Attachment,
    ChatLabel,
    Contact,
    ContactInbox,
    Conversation,
    GroupMember,
    Message,
    Reaction,
    Receipt,
    Revision,
)

Step = list[Any]

_MODELS: dict[str, type[models.Model]] = {
    model.__name__: model
    for model in (
        Address, Apart, Attachment, ChatLabel, Contact, ContactInbox, Conversation, GroupMember, Message, Reaction,
        Receipt, Revision,
    )
}  # fmt: skip
TEXTS = (
    "content",
    "quoted_text",
    "details",
    "kind",
    "unsupported",
    "additional_attributes",
    "failure_params",
)
"""Columns of a message that are in no ledger."""

_A_STATEMENT = 500  # databases limit parameters


class Ledger:
    """Changes rows and notes how they were. Fields are named as columns (`contact_id`)."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def move(
        self, model: type[models.Model], ids: Sequence[int], field: str, before: Any, after: Any
    ) -> None:
        """Set one field of many rows that all hold `before`."""
        if ids:
            _update(model, ids, {field: after})
            self.steps.append(["move", model.__name__, field, before, after, list(ids)])

    def change(self, row: models.Model, **values: Any) -> None:
        """Set fields of one row, in the database and on the object."""
        before = {name: _plain(getattr(row, name)) for name in values}
        changed = {name: value for name, value in values.items() if before[name] != _plain(value)}
        if not changed:
            return
        rows_of(type(row)).filter(pk=row.pk).update(**changed)
        for name, value in changed.items():
            setattr(row, name, value)
        after = {name: _plain(value) for name, value in changed.items()}
        self.steps.append(
            ["change", type(row).__name__, row.pk, {name: before[name] for name in changed}, after]
        )

    def remove(self, row: models.Model, *, like: models.Model | None = None) -> None:
        """Delete a row to which nothing points any more. `like`: the row whose texts it gets when it is put back."""
        fields = row._meta.concrete_fields  # noqa: SLF001 -- public by Django's documentation
        names = [field.attname for field in fields if like is None or field.attname not in TEXTS]
        values = {name: _plain(getattr(row, name)) for name in names}
        self.steps.append(["remove", type(row).__name__, values, like.pk if like else None])
        rows_of(type(row)).filter(pk=row.pk).delete()

    def label(self, conversation: Conversation, label_ids: Sequence[int]) -> None:
        """Put labels on a conversation that it lacks."""
        if label_ids:
            conversation.labels.add(*label_ids)
            self.steps.append(["label", conversation.pk, list(label_ids)])


def take_back(steps: Sequence[Step]) -> None:
    """Undo the steps of a ledger, last first. What can no longer be as it was (a row erased, a place taken) stays."""
    for kind, *rest in reversed(steps):
        _BACK[kind](*rest)


def _move_back(name: str, field: str, before: Any, after: Any, ids: Sequence[int]) -> None:
    model = _MODELS[name]
    if _lost(model, {field: before}):
        return
    try:
        with db.savepoint():
            _update(model, ids, {field: before}, {field: after})
    except IntegrityError:
        for pk in ids:
            _try(model, pk, {field: before}, {field: after})


def _change_back(name: str, pk: int, before: dict[str, Any], after: dict[str, Any]) -> None:
    model = _MODELS[name]
    row = rows_of(model).filter(pk=pk).first()
    if row is None:
        return
    lost = _lost(model, before)
    kept = {
        field: value
        for field, value in before.items()
        if field not in lost and _plain(getattr(row, field)) == after[field]
    }
    if kept:
        _try(model, pk, kept, {})


def _put_back(name: str, values: dict[str, Any], like: int | None) -> None:
    model = _MODELS[name]
    if like is not None:
        texts = rows_of(model).filter(pk=like).values(*TEXTS).first()
        if texts is None:
            return  # erased
        values = {**values, **texts}
    if _lost(model, values):
        return
    try:
        with db.savepoint():
            model(**values).save(force_insert=True)
    except IntegrityError:
        return  # it came again by itself


def _lost(model: type[models.Model], values: dict[str, Any]) -> set[str]:
    """Columns that would point at rows which are gone. (PostgreSQL looks at that only when all is committed.)"""
    lost = set()
    for field in model._meta.concrete_fields:  # noqa: SLF001 -- public by Django's documentation
        key = values.get(field.attname)
        if key is None or field.related_model is None or isinstance(field.related_model, str):
            continue
        if not rows_of(field.related_model).filter(pk=key).exists():
            lost.add(field.attname)
    return lost


def _unlabel(conversation_id: int, label_ids: Sequence[int]) -> None:
    Conversation.labels.through.objects.filter(
        conversation_id=conversation_id, label_id__in=label_ids
    ).delete()


_BACK: dict[str, Any] = {"move": _move_back, "change": _change_back, "remove": _put_back, "label": _unlabel}


def _try(model: type[models.Model], pk: int, values: dict[str, Any], where: dict[str, Any]) -> None:
    try:
        with db.savepoint():
            rows_of(model).filter(pk=pk, **where).update(**values)
    except IntegrityError:
        return


def _update(
    model: type[models.Model], ids: Sequence[int], values: dict[str, Any], where: dict[str, Any] | None = None
) -> None:
    for start in range(0, len(ids), _A_STATEMENT):
        chunk = ids[start : start + _A_STATEMENT]
        rows_of(model).filter(pk__in=chunk, **(where or {})).update(**values)


def rows_of(model: type[models.Model]) -> models.QuerySet[Any]:
    """All rows of a model that is known only when it runs."""
    rows: models.QuerySet[Any] = model._default_manager.all()  # noqa: SLF001 -- public by Django's documentation
    return rows


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, uuid.UUID) else value
