"""Lists of conversations (contract 7.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy

from rookery.api.reading import marks
from rookery.conversations import queries
from rookery.conversations.access import Viewer
from rookery.conversations.models import Address, Contact, Conversation
from rookery.conversations.queries import Counts, Filter
from rookery.db.fields import now_millis
from rookery.waid import BadJid, BadPhone, Jid, address_key

PAGE: Final = 25
UNPAGED: Final = 1_000
"""Most rows of an answer without pages."""

OF_CONTACT: Final = 20
ASSIGNEES: Final = ("me", "unassigned", "assigned", "all")
KINDS: Final = ("mention", "participating", "unattended")
STATUSES: Final = ("open", "resolved", "pending", "snoozed", "all")

_PRIORITY = Case(
    *(
        When(priority=word, then=Value(rank))
        for rank, word in enumerate(("low", "medium", "high", "urgent"), 1)
    ),
    output_field=IntegerField(),
)
_SORTED: Final[Mapping[str, Any]] = {
    "last_activity_at": F("last_activity_at"),
    "created_at": F("created_at"),
    "priority": _PRIORITY,
    "waiting_since": F("waiting_since"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asks for. `updated_within` in seconds turns pages off."""

    filter: Filter
    assignee_type: str = "all"
    kind: str = ""
    source_id: str = ""
    updated_within: int | None = None
    sort_by: str = ""
    page: int = 1


def listed(viewer: Viewer, asked: Asked) -> list[Conversation]:
    """One page, with all that a shape shows: a fixed number of queries."""
    rows = _matching(viewer, asked).filter(_assigned(viewer, asked.assignee_type))
    if asked.filter.labels:
        # Without DISTINCT, which would have to compare whole rows.
        rows = Conversation.objects.filter(pk__in=rows.values("pk"))
    start = (asked.page - 1) * PAGE if asked.updated_within is None else 0
    many = PAGE if asked.updated_within is None else UNPAGED
    return loaded(rows.order_by(*_order(asked.sort_by))[start : start + many])


def counted(viewer: Viewer, asked: Asked) -> Counts:
    """Counts for the tabs; they ignore `assignee_type` and `page`."""
    got: dict[str, int] = _matching(viewer, asked).aggregate(
        mine=Count("pk", filter=Q(assignee_id=viewer.user.pk), distinct=True),
        assigned=Count("pk", filter=Q(assignee_id__isnull=False), distinct=True),
        all=Count("pk", distinct=True),
    )
    return Counts(got["mine"], got["assigned"], got["all"] - got["assigned"], got["all"])


def of_contact(viewer: Viewer, contact: Contact) -> list[Conversation]:
    """A contact's newest conversations in the inboxes the viewer sees."""
    rows = queries.conversations(viewer, Filter(status="all")).filter(contact=contact)
    return loaded(rows.order_by("-last_activity_at", "-id")[:OF_CONTACT])


def loaded(rows: QuerySet[Conversation]) -> list[Conversation]:
    """The rows with all that a shape shows."""
    found = rows.select_related("contact", "inbox", "contact_inbox", "assignee", "team")
    return with_newest(list(found.prefetch_related("labels")))


def with_newest(rows: list[Conversation]) -> list[Conversation]:
    """The same rows, each with its newest message. What else a shape shows of a single one is loaded on its way."""
    queries.attach_last_messages(rows)
    newest = (row.last_message for row in rows)  # type: ignore[attr-defined]
    marks.attach(message for message in newest if message is not None)
    return rows


def contacts_at(viewer: Viewer, source_id: str) -> Iterable[int]:
    """Ids of the account's contacts that own this address: a JID, or a number with or without `+`."""
    try:
        jid = Jid.parse(source_id) if "@" in source_id else Jid.of_phone(source_id)
        kind, key = address_key(jid)
    except (BadJid, BadPhone):
        return []
    rows = Address.objects.filter(account_id=viewer.account.pk, kind=kind, key=key)
    return rows.values_list("contact_id", flat=True)


def _matching(viewer: Viewer, asked: Asked) -> QuerySet[Conversation]:
    rows = queries.conversations(viewer, asked.filter)
    if asked.source_id:
        rows = rows.filter(contact_id__in=list(contacts_at(viewer, asked.source_id)))
    if asked.updated_within is not None:
        rows = rows.filter(updated_ms__gte=now_millis() - 1000 * asked.updated_within)
    if asked.kind == "unattended":
        rows = rows.filter(Q(first_reply_at__isnull=True) | Q(waiting_since__isnull=False))
    elif asked.kind:
        rows = rows.none()  # nobody can be mentioned or take part yet
    return rows


def _assigned(viewer: Viewer, assignee_type: str) -> Q:
    return {
        "me": Q(assignee_id=viewer.user.pk),
        "unassigned": Q(assignee_id__isnull=True),
        "assigned": Q(assignee_id__isnull=False),
    }.get(assignee_type, Q())


def _order(sort_by: str) -> tuple[OrderBy, ...]:
    """An order nobody knows is the usual one, as in Chatwoot: older clients name others."""
    name, _, direction = sort_by.rpartition("_")
    if name not in _SORTED or direction not in ("asc", "desc"):
        name, direction = "last_activity_at", "desc"
    first, newest = _SORTED[name], F("last_activity_at").desc()
    chosen = first.asc(nulls_last=True) if direction == "asc" else first.desc(nulls_last=True)
    return (
        (chosen, F("pk").asc() if direction == "asc" else F("pk").desc())
        if name != "priority"
        else (
            chosen,
            newest,
            F("pk").desc(),
        )
    )
