"""The list column: what is asked for in the address, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from rookery.conversations import access, queries
from rookery.conversations.access import Viewer
from rookery.conversations.models import Conversation
from rookery.conversations.queries import Counts, Filter
from rookery.web.formatting import plain
from rookery.web.presenters import avatars, messages, people
from rookery.web.view_models import Empty, Link, ListPage, Preview, Row, RowsPage

STATUSES = ("open", "pending", "snoozed", "resolved", "all")
ASSIGNEES = ("all", "mine", "unassigned")
DEFAULT = Filter()
MOST_ROWS = 500
LONGEST_QUERY = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The list's part of an address: a filter and how many rows of it."""

    filter: Filter = DEFAULT
    rows: int = queries.ROWS

    def query(self, **changes: object) -> str:
        """The address part for this list with changes, defaults left out: `?status=pending` or nothing."""
        wanted = replace(self.filter, **changes)  # type: ignore[arg-type]
        named = {
            "status": wanted.status,
            "assignee": wanted.assignee,
            "inbox": wanted.inbox_id,
            "q": wanted.query,
        }
        shown = {name: value for name, value in named.items() if value and value != _DEFAULTS.get(name)}
        return "?" + urlencode(shown) if shown else ""


_DEFAULTS = {"status": DEFAULT.status, "assignee": DEFAULT.assignee}


def asked(query: Mapping[str, str]) -> Asked:
    """What an address asks for; what it gets wrong falls back to the default."""
    status, assignee = query.get("status", ""), query.get("assignee", "")
    inbox, rows = query.get("inbox", ""), query.get("rows", "")
    wanted = Filter(
        status=status if status in STATUSES else DEFAULT.status,
        assignee=assignee if assignee in ASSIGNEES else DEFAULT.assignee,
        inbox_id=int(inbox) if inbox.isascii() and inbox.isdecimal() and len(inbox) < 12 else None,
        query=plain(query.get("q", "")[:LONGEST_QUERY]),
    )
    count = int(rows) if rows.isascii() and rows.isdecimal() and len(rows) < 5 else queries.ROWS
    return Asked(wanted, min(max(count, queries.ROWS), MOST_ROWS))


def list_page(viewer: Viewer, wanted: Asked) -> ListPage:
    """The whole column."""
    counts = queries.count_conversations(viewer, wanted.filter)
    return ListPage(
        rows=rows_page(viewer, wanted),
        src=_rows_url(wanted),
        tabs=_tabs(wanted, counts),
        statuses=tuple(
            Link(word, "/inbox" + wanted.query(status=status), status == wanted.filter.status)
            for status, word in status_words().items()
        ),
        inboxes=_inboxes(viewer, wanted),
        query=wanted.filter.query,
        hidden=_hidden(wanted),
        title=_("Inbox") if wanted.filter.status == "open" else status_words()[wanted.filter.status],
        filtered=wanted.filter.status != DEFAULT.status or wanted.filter.inbox_id is not None,
    )


def rows_list(viewer: Viewer, wanted: Asked) -> ListPage:
    """What a fetch of the rows alone needs."""
    return ListPage(rows_page(viewer, wanted), _rows_url(wanted), (), ())


def rows_page(viewer: Viewer, wanted: Asked) -> RowsPage:
    found = queries.list_conversations(viewer, wanted.filter, limit=wanted.rows + 1)
    more = len(found) > wanted.rows and wanted.rows < MOST_ROWS
    longer = replace(wanted, rows=min(wanted.rows * 2, MOST_ROWS))
    return RowsPage(
        rows=tuple(row(conversation, wanted.query()) for conversation in found[: wanted.rows]),
        empty=_empty(viewer, wanted),
        unread=queries.count_unread(viewer),
        more_url=_rows_url(longer) if more else "",
        more_page=_rows_url(longer, "/inbox") if more else "",
    )


def row(conversation: Conversation, query: str = "") -> Row:
    """One row; `query` keeps the list as it is when the conversation opens."""
    last = conversation.last_message  # type: ignore[attr-defined]
    assignee = conversation.assignee
    return Row(
        id=conversation.display_id,
        url=f"/conversations/{conversation.display_id}{query}",
        name=people.contact_name(conversation.contact),
        avatar=avatars.contact_avatar(conversation.contact),
        order=f"{conversation.last_activity_at:012d}",
        preview=messages.preview(last, conversation.contact)
        if last is not None
        else Preview(_("No messages yet")),
        at=messages.moment(conversation.last_activity_at) if conversation.last_activity_at else None,
        unread=conversation.unread_count,
        inbox=conversation.inbox.name,
        status=conversation.status,
        assignee=people.user_avatar(assignee) if assignee is not None else None,
        assignee_name=people.user_name(assignee) if assignee is not None else "",
        group=conversation.contact.kind == "group",
    )


def status_words() -> dict[str, str]:
    return {
        "open": _("Open"),
        "pending": _("Pending"),
        "snoozed": _("Snoozed"),
        "resolved": _("Resolved"),
        "all": _("All statuses"),
    }


def _rows_url(wanted: Asked, path: str = "/inbox/rows") -> str:
    query = wanted.query()
    if wanted.rows != queries.ROWS:
        query = f"{query}{'&' if query else '?'}rows={wanted.rows}"
    return path + query


def _tabs(wanted: Asked, counts: Counts) -> tuple[Link, ...]:
    shown = (
        ("all", _("All"), counts.all),
        ("mine", _("Mine"), counts.mine),
        ("unassigned", _("Unassigned"), counts.unassigned),
    )
    return tuple(
        Link(word, "/inbox" + wanted.query(assignee=key), key == wanted.filter.assignee, count)
        for key, word, count in shown
    )


def _inboxes(viewer: Viewer, wanted: Asked) -> tuple[Link, ...]:
    every = Link(_("All numbers"), "/inbox" + wanted.query(inbox_id=None), wanted.filter.inbox_id is None)
    own = (
        Link(
            plain(inbox.name), "/inbox" + wanted.query(inbox_id=inbox.pk), inbox.pk == wanted.filter.inbox_id
        )
        for inbox in access.inboxes(viewer).order_by("name", "pk")
    )
    return (every, *own)


def _hidden(wanted: Asked) -> tuple[tuple[str, str], ...]:
    """The filter as hidden fields of the search form."""
    named = {
        "status": wanted.filter.status,
        "assignee": wanted.filter.assignee,
        "inbox": wanted.filter.inbox_id,
    }
    return tuple(
        (name, str(value)) for name, value in named.items() if value and value != _DEFAULTS.get(name)
    )


def _empty(viewer: Viewer, wanted: Asked) -> Empty:
    if wanted.filter.query:
        words = _("No name, number or message has these words.")
        return Empty(_("Nothing found"), words, "search", _("Back to the inbox"), "/inbox")
    if viewer.inbox_ids is not None and not viewer.inbox_ids:
        words = _("An administrator has to add you to an inbox. Then its conversations appear here.")
        return Empty(_("No inbox yet"), words, "inbox")
    if wanted.filter.assignee != "all" or wanted.filter.status != "open" or wanted.filter.inbox_id:
        words = _("No conversation matches this choice.")
        return Empty(_("Nothing here"), words, "single", _("Show all open"), "/inbox")
    words = _("When somebody writes to one of your numbers, the conversation appears here by itself.")
    return Empty(_("No open conversations"), words, "inbox", _("See the numbers"), "/numbers")
