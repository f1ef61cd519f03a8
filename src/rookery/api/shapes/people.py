"""Users and teams of the account (contract 3.5, 3.7)."""

from __future__ import annotations

from typing import Any

from rookery.accounts.models import Membership, Team, User
from rookery.api.shapes.scene import Scene


def name(user: User) -> str:
    return user.name or user.email


def user_push(scene: Scene, user: User) -> dict[str, Any]:
    """A user as the sender of a message."""
    return {
        "id": user.pk,
        "name": name(user),
        "available_name": name(user),
        "avatar_url": "",
        "type": "user",
        "availability_status": scene.availability(user.pk),
        "thumbnail": "",
    }


def agent(scene: Scene, user: User) -> dict[str, Any]:
    membership = scene.memberships.get(user.pk)
    return {
        "id": user.pk,
        "account_id": scene.account_id,
        "availability_status": scene.availability(user.pk),
        "auto_offline": True,
        "confirmed": True,
        "email": user.email,
        "available_name": name(user),
        "custom_attributes": {},
        "name": name(user),
        "role": membership.role if membership is not None else Membership.Role.AGENT.value,
        "thumbnail": "",
        "custom_role_id": None,
    }


def team(scene: Scene, row: Team) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "description": row.description,
        "allow_auto_assign": row.allow_auto_assign,
        "account_id": row.account_id,
        "is_member": row.pk in scene.team_ids,
    }
