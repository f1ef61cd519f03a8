"""What every signed-in page carries around its content."""

from __future__ import annotations

from rookery import journal
from rookery.conversations import queries
from rookery.conversations.access import Viewer
from rookery.web.formatting import plain
from rookery.web.presenters import numbers, people
from rookery.web.view_models import Shell

THEMES = ("", "light", "dark")


def shell(viewer: Viewer, section: str, *, unread: int | None = None, cursor: str = "") -> Shell:
    """`unread` and the journal `cursor` when the page has asked for them already."""
    user = viewer.user
    theme = user.preferences.get("theme", "")
    return Shell(
        user_id=user.pk,
        user_name=people.user_name(user),
        user_email=user.email,
        user_avatar=people.user_avatar(user),
        account_name=plain(viewer.account.name),
        cursor=cursor or journal.position(),
        theme=theme if theme in THEMES else "",
        sound=user.preferences.get("sound", "on") != "off",
        administrator=viewer.is_administrator,
        unread=queries.count_unread(viewer) if unread is None else unread,
        attention=numbers.attention(viewer),
        section=section,
    )
