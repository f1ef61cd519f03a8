"""One number's page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from rookery.conversations import queries
from rookery.conversations.access import Viewer
from rookery.conversations.actions import rules
from rookery.conversations.incoming import ChatRules
from rookery.conversations.models import Inbox
from rookery.web.formatting import plain
from rookery.web.presenters import avatars, completeness, numbers, people
from rookery.web.presenters.completeness import CompletenessPart
from rookery.web.view_models import Avatar, Number, Option


@dataclass(frozen=True, slots=True)
class Typed:
    """The rules as they stand in the form; `problem` at the field `problem_at` when they were refused."""

    groups: str
    chosen: frozenset[str]
    more_groups: str
    ignored: str
    newsletters: bool
    problem_at: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is known in this inbox."""

    key: str
    name: str
    avatar: Avatar
    chosen: bool


@dataclass(frozen=True, slots=True)
class NumberPage:
    """Everything about one number. `choices`: the rules for groups; without `editable` nothing can be changed."""

    id: int
    number: Number | None
    completeness: CompletenessPart | None
    name: str
    typed: Typed
    choices: tuple[Option, ...]
    groups: tuple[Group, ...]
    editable: bool


def page(viewer: Viewer, inbox: Inbox, typed: Typed | None = None) -> NumberPage:
    """`typed`: what an administrator wrote and what is wrong with it; else the rules that hold."""
    groups = queries.list_groups(inbox)
    shown = typed or _typed(rules.read(inbox.settings), {key for key, _contact in groups})
    return NumberPage(
        id=inbox.pk,
        number=numbers.one(viewer, inbox.channel_id) if inbox.channel_id is not None else None,
        completeness=completeness.part(inbox.pk, inbox.channel_id) if inbox.channel_id is not None else None,
        name=plain(inbox.name),
        typed=shown,
        choices=_choices(shown.groups),
        groups=tuple(
            Group(key, people.contact_name(contact), avatars.contact_avatar(contact), key in shown.chosen)
            for key, contact in groups
        ),
        editable=viewer.is_administrator,
    )


def _typed(held: ChatRules, known: set[str]) -> Typed:
    return Typed(
        groups=held.groups,
        chosen=held.group_list & known,
        more_groups="\n".join(sorted(f"{key}@g.us" for key in held.group_list - known)),
        ignored="\n".join(held.ignored),
        newsletters=held.newsletters,
    )


def _choices(current: str) -> tuple[Option, ...]:
    words = {
        "all": _("All groups"),
        "mentioned": _("Only messages that mention this number or answer it"),
        "list": _("Only the groups chosen here"),
        "none": _("No groups"),
    }
    return tuple(Option(value, label, value == current) for value, label in words.items())
