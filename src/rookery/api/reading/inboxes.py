"""Inboxes with what their shape shows, in a fixed number of queries."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from rookery.channels.models import DeviceState
from rookery.conversations import access
from rookery.conversations.access import Viewer
from rookery.conversations.models import Inbox


def listed(viewer: Viewer) -> list[Inbox]:
    """All that the viewer sees, each with `.state` (the newest DeviceState of its number, or None)."""
    return list(_loaded(access.inboxes(viewer)).order_by("pk"))


def one(viewer: Viewer, inbox_id: int) -> Inbox:
    """One of them, loaded alike. Raises Http404."""
    found = access.inbox(viewer, inbox_id)
    return _loaded(Inbox.objects.filter(pk=found.pk))[0]


def _loaded(rows: QuerySet[Inbox]) -> QuerySet[Inbox]:
    states = DeviceState.objects.filter(channel_id=OuterRef("channel_id")).order_by("-since", "-id")
    return (
        rows.select_related("channel", "channel__gateway")
        .prefetch_related("channel__secrets", "channel__gateway__secrets")
        .annotate(state=Subquery(states.values("state")[:1]))
    )
