"""The caller, the account, its people, and small lists (contract 7.1)."""

from __future__ import annotations

from typing import Any

from rookery.accounts.models import Membership, Team, User
from rookery.api.calls import Call
from rookery.api.reading import inboxes as reading
from rookery.api.shapes import accounts, lists, people
from rookery.api.shapes.inboxes import inbox
from rookery.conversations.models import CannedResponse, Inbox, Label


def profile(call: Call) -> dict[str, Any]:
    rows = Membership.objects.filter(user=call.user).select_related("account").order_by("pk")
    return accounts.profile(call.user, call.token, list(rows))


def show(call: Call) -> dict[str, Any]:
    return accounts.account(call.viewer.account)


def inboxes(call: Call) -> dict[str, Any]:
    return {"payload": [_inbox(call, row) for row in reading.listed(call.viewer)]}


def one_inbox(call: Call, inbox_id: int) -> dict[str, Any]:
    return _inbox(call, reading.one(call.viewer, inbox_id))


def agents(call: Call) -> list[dict[str, Any]]:
    rows = User.objects.filter(memberships__account_id=call.viewer.account.pk, is_active=True)
    return [people.agent(call.scene, row) for row in rows.order_by("name", "pk")]


def teams(call: Call) -> list[dict[str, Any]]:
    rows = Team.objects.filter(account_id=call.viewer.account.pk).order_by("name", "pk")
    return [people.team(call.scene, row) for row in rows]


def labels(call: Call) -> dict[str, Any]:
    rows = Label.objects.filter(account_id=call.viewer.account.pk).order_by("title")
    return {"payload": [lists.label(row) for row in rows]}


def canned_responses(call: Call) -> list[dict[str, Any]]:
    rows = CannedResponse.objects.filter(account_id=call.viewer.account.pk)
    search = call.query.text("search")
    if search:
        rows = rows.filter(short_code__icontains=search) | rows.filter(content__icontains=search)
    return [lists.canned_response(row) for row in rows.order_by("short_code")]


def _inbox(call: Call, row: Inbox) -> dict[str, Any]:
    state: str | None = row.state  # type: ignore[attr-defined]  # annotated by reading
    return inbox(row, state, for_administrator=call.viewer.is_administrator)
