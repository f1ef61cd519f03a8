"""The account, and the caller's profile (contract 3.9, 7.1)."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from rookery.accounts.models import Account, Membership, User
from rookery.api.shapes import moments, people


def account(row: Account) -> dict[str, Any]:
    """`cache_keys` change with every call: nothing here is to be kept by a client."""
    now = str(time.time_ns() // 1_000_000)
    return {
        "id": row.pk,
        "name": row.name,
        "locale": row.locale,
        "domain": None,
        "support_email": None,
        "status": "active",
        "features": {},
        "settings": {},
        "cache_keys": {"label": now, "inbox": now, "team": now},
        "created_at": moments.iso(row.created_at),
        "latest_chatwoot_version": None,
    }


def profile(user: User, token: str, memberships: Sequence[Membership]) -> dict[str, Any]:
    """`access_token` repeats the token of the request: of any other only the digest is known."""
    first = memberships[0] if memberships else None
    return {
        "access_token": token,
        "account_id": first.account_id if first is not None else None,
        "available_name": people.name(user),
        "avatar_url": "",
        "confirmed": True,
        "display_name": None,
        "message_signature": None,
        "email": user.email,
        "id": user.pk,
        "inviter_id": None,
        "name": people.name(user),
        "provider": "email",
        "pubsub_token": "",
        "custom_attributes": {},
        "role": first.role if first is not None else None,
        "ui_settings": {},
        "uid": user.email,
        "type": None,
        "accounts": [_membership(row) for row in memberships],
    }


def _membership(row: Membership) -> dict[str, Any]:
    return {
        "id": row.account_id,
        "name": row.account.name,
        "status": "active",
        "active_at": None,
        "role": row.role,
        "permissions": [row.role],
        "availability": row.availability,
        "availability_status": row.availability,
        "auto_offline": True,
    }
