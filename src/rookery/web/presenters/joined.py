"""What was joined into a contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from rookery.conversations.models import Contact, Merge
from rookery.web.presenters import messages, people

MERGED: Final = {
    "pair": noop("WhatsApp said that number and private id are one person"),
    "digit": noop("the same number, spelled in two ways"),
}


@dataclass(frozen=True, slots=True)
class MergeLine:
    """A joining that happened. `undo_url` is "" when it was taken back, or cannot be."""

    name: str
    why: str
    at: datetime
    undone: bool
    undo_url: str


def merges(contact: Contact) -> tuple[MergeLine, ...]:
    """What was joined into a contact, newest first."""
    rows = Merge.objects.filter(kept=contact).select_related("merged", "by").order_by("-pk")
    return tuple(_merge_line(row) for row in rows)


def _merge_line(row: Merge) -> MergeLine:
    by = people.user_name(row.by) if row.by is not None else ""
    return MergeLine(
        name=people.contact_name(row.merged),
        why=by or _(MERGED.get(row.reason, MERGED["pair"])),
        at=messages.moment(row.at),
        undone=row.undone_at is not None,
        undo_url=f"/joinings/{row.pk}/undo" if row.undone_at is None and row.moved else "",
    )
