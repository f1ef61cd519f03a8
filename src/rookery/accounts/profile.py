"""What a user may change about themselves."""

from __future__ import annotations

from typing import Any

from rookery import db
from rookery.accounts.models import User


def do_change_profile(
    user: User, *, name: str | None = None, locale: str | None = None, **preferences: Any
) -> None:
    """Change the name, the language ("" follows the browser) and preferences; what is not given stays."""
    if name is not None:
        user.name = name
    if locale is not None:
        user.locale = locale
    user.preferences = {**user.preferences, **preferences}
    with db.write():
        user.save(update_fields=["name", "locale", "preferences"])
