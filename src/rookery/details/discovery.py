"""Who joins the queue: people and groups with a conversation, and those who write in groups.

Each turn looks only at the conversations and messages that are new; a full look finds what slipped through
(another worker committed a lower id later) and whoever was there before this room was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rookery import db
from rookery.conversations.models import Contact
from rookery.db import statements
from rookery.db.fields import now_millis

BATCH: Final = 500
_WRITE: Final = 100  # rows a write
_OVERLAP: Final = 200  # ids: PostgreSQL's workers may commit them out of order
_AT_ONCE: Final = 5_000  # messages looked at in one turn
AT_ONCE_DUE: Final = 1  # milliseconds: before everything that waits


@dataclass(slots=True)
class Marks:
    """The highest ids that were looked at."""

    conversation: int = 0
    message: int = 0
    change: int = 0


def start() -> Marks:
    """Marks at the end of what there is; take them before the first `find_all`."""
    return Marks(
        _top("conversations_conversation"), _top("conversations_message"), _top("conversations_groupchange")
    )


def find_new(marks: Marks) -> None:
    """Queue whoever is new since the marks, to be looked at at once; ring where a stranger wrote, and where people
    came and went. Moves the marks."""
    top = _top("conversations_conversation")
    if top > marks.conversation:
        _insert(statements.rows(_CONVERSATIONS, [marks.conversation - _OVERLAP]), AT_ONCE_DUE)
        marks.conversation = top
    top = min(_top("conversations_message"), marks.message + _AT_ONCE)
    if top > marks.message:
        since = [marks.message - _OVERLAP, top]
        _insert(statements.rows(_AUTHORS, since), AT_ONCE_DUE)
        _ring([row[0] for row in statements.rows(_STRANGERS, since)])
        marks.message = top
    top = _top("conversations_groupchange")
    if top > marks.change:
        _ring([row[0] for row in statements.rows(_CHANGED, [marks.change - _OVERLAP])])
        marks.change = top


def find_all(after: int) -> int | None:
    """Queue whoever is missing among the next contacts after this id. Where to go on, None at the end."""
    found = statements.rows(_ALL, [after, BATCH])
    _insert([row for row in found if row[1] is not None], now_millis())
    return int(found[-1][0]) if len(found) == BATCH else None


def _insert(found: Sequence[statements.Row], due_ms: int) -> None:
    """Put (contact, channel, is group) rows into the queue."""
    for start in range(0, len(found), _WRITE):
        with db.write():
            for contact_id, channel_id, is_group in found[start : start + _WRITE]:
                statements.run(_INSERT, [channel_id, bool(is_group), due_ms, contact_id])


def _ring(group_ids: list[int]) -> None:
    if group_ids:
        with db.write():
            Contact.objects.filter(pk__in=group_ids).update(details_due_ms=0)


def _top(table: str) -> int:
    row = statements.one(f"SELECT max(id) FROM {table}", [])  # noqa: S608 - our own names
    return int(row[0] or 0) if row is not None else 0


_INSERT: Final = (
    "INSERT INTO details_look (contact_id, channel_id, is_group, due_ms, tries, info_ms, picture_ms, picture)"
    " SELECT c.id, %s, %s, %s, 0, 0, 0, '' FROM conversations_contact c WHERE c.id = %s"
    " ON CONFLICT DO NOTHING"
)
# The plus keeps SQLite from beginning with everybody who was never joined into another: that is nearly all.
_UNKNOWN: Final = (
    " c.kind IN ('person', 'group') AND +c.merged_into_id IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM details_look l WHERE l.contact_id = c.id)"
)
_BY_CONTACT: Final = " GROUP BY c.id, c.kind"
_CONVERSATIONS: Final = (
    "SELECT c.id, max(i.channel_id), c.kind = 'group' FROM conversations_conversation cv"  # noqa: S608 - our own text
    " JOIN conversations_inbox i ON i.id = cv.inbox_id JOIN conversations_contact c ON c.id = cv.contact_id"
    " WHERE cv.id > %s AND i.channel_id IS NOT NULL AND" + _UNKNOWN + _BY_CONTACT
)
_AUTHORS: Final = (
    "SELECT c.id, max(m.channel_id), c.kind = 'group' FROM conversations_message m"  # noqa: S608
    " JOIN conversations_contact c ON c.id = m.author_id"
    " WHERE m.id > %s AND m.id <= %s AND m.channel_id IS NOT NULL AND" + _UNKNOWN + _BY_CONTACT
)
_ALL: Final = (
    "SELECT c.id, coalesce((SELECT max(i.channel_id) FROM conversations_conversation cv"  # noqa: S608
    " JOIN conversations_inbox i ON i.id = cv.inbox_id WHERE cv.contact_id = c.id),"
    " (SELECT m.channel_id FROM conversations_message m WHERE m.author_id = c.id AND m.channel_id IS NOT NULL"
    " ORDER BY m.id DESC LIMIT 1)), c.kind = 'group' FROM conversations_contact c"
    " WHERE c.id > %s AND" + _UNKNOWN + " ORDER BY c.id LIMIT %s"
)
# Somebody wrote in a group after its people were asked for, and is not among them.
_STRANGERS: Final = (
    "SELECT DISTINCT l.contact_id FROM conversations_message m"
    " JOIN conversations_contactinbox ci ON ci.id = m.contact_inbox_id"
    " JOIN details_look l ON l.contact_id = ci.contact_id AND l.is_group"
    " WHERE m.id > %s AND m.id <= %s AND m.author_id IS NOT NULL AND m.created_ms > l.info_ms AND l.info_ms > 0"
    " AND NOT EXISTS (SELECT 1 FROM conversations_groupmember g"
    " WHERE g.group_id = l.contact_id AND g.contact_id = m.author_id)"
)
# People of a group changed since they were asked for.
_CHANGED: Final = (
    "SELECT DISTINCT l.contact_id FROM conversations_groupchange g JOIN details_look l ON l.contact_id = g.group_id"
    " WHERE g.id > %s AND l.info_ms > 0 AND g.at * 1000 >= l.info_ms - 60000"
)
