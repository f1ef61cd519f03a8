"""What others did to messages, and who is named in their details, hung on the rows for the shapes."""

from __future__ import annotations

from collections.abc import Iterable

from rookery.conversations import marks
from rookery.conversations.models import Contact, Message


def attach(rows: Iterable[Message]) -> list[Message]:
    """The same rows with `.stood_reactions` and `.named_people` set: two queries at most."""
    found = list(rows)
    reactions = marks.list_reactions([row.pk for row in found]) if found else {}
    ids = {one for row in found if row.kind == "group_change" for one in marks.people_of(row)}
    people = Contact.objects.in_bulk(list(ids)) if ids else {}
    for row in found:
        row.stood_reactions = reactions.get(row.pk, [])  # type: ignore[attr-defined]
        row.named_people = [people[one] for one in marks.people_of(row) if one in people]  # type: ignore[attr-defined]
    return found
