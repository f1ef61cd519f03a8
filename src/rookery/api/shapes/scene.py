"""What the shapes of one answer share, asked once and only when needed."""

from __future__ import annotations

from functools import cached_property

from rookery.accounts.models import Membership, TeamMember
from rookery.conversations.access import Viewer


class Scene:
    """Who looks, and the memberships of the account."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.account_id = viewer.account.pk

    @cached_property
    def memberships(self) -> dict[int, Membership]:
        """By user id."""
        rows = Membership.objects.filter(account_id=self.account_id)
        return {row.user_id: row for row in rows}

    @cached_property
    def team_ids(self) -> frozenset[int]:
        """Teams the viewer belongs to."""
        own = TeamMember.objects.filter(team__account_id=self.account_id, user=self.viewer.user)
        return frozenset(own.values_list("team_id", flat=True))

    def availability(self, user_id: int) -> str:
        """`online`, `busy` or `offline`; of somebody who left, offline."""
        membership = self.memberships.get(user_id)
        return membership.availability if membership is not None else "offline"
