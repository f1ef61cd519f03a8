"""Lists of contacts (contract 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import F, Prefetch, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.fields.json import KT

from rookery.conversations import access, queries
from rookery.conversations.access import Viewer
from rookery.conversations.models import Contact, ContactInbox

PAGE: Final = 15
SORTS: Final[Mapping[str, Any]] = {
    "name": F("name"),
    "email": F("email"),
    "phone_number": F("phone"),
    "last_activity_at": F("last_activity_at"),
    "created_at": F("created_at"),
    "company": KT("additional_attributes__company_name"),
    "city": KT("additional_attributes__city"),
    "country": KT("additional_attributes__country"),
}


def page(viewer: Viewer, *, query: str = "", sort: str = "", number: int = 1) -> tuple[list[Contact], int]:
    """One page of listed contacts with their places in the viewer's inboxes, and how many there are."""
    rows = access.contacts(viewer)
    if query:
        rows = rows.filter(queries.contact_matches(query))
    # Without DISTINCT, which would have to compare whole rows.
    once = Contact.objects.filter(pk__in=rows.values("pk"))
    start = (number - 1) * PAGE
    return list(_placed(viewer, once.order_by(*_order(sort)))[start : start + PAGE]), once.count()


def one(viewer: Viewer, contact_id: int) -> Contact:
    """One contact with its places. Raises Http404."""
    found = access.contact(viewer, contact_id)
    return _placed(viewer, Contact.objects.filter(pk=found.pk))[0]


def _placed(viewer: Viewer, rows: QuerySet[Contact]) -> QuerySet[Contact]:
    places = ContactInbox.objects.filter(access.visible(viewer)).select_related("inbox").order_by("pk")
    return rows.prefetch_related(Prefetch("contact_inboxes", places))


def _order(sort: str) -> tuple[OrderBy, ...]:
    """Most recent first unless it names a known order; `-` in front descends."""
    name = sort.removeprefix("-")
    if name not in SORTS:
        return F("last_activity_at").desc(nulls_last=True), F("pk").desc()
    if sort.startswith("-"):
        return SORTS[name].desc(nulls_last=True), F("pk").desc()
    return SORTS[name].asc(nulls_last=True), F("pk").asc()
