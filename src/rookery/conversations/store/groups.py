"""Who is in a group, in which role, and who was when.

GroupChange holds what events said, by alias; GroupMember the newest of it and of the gateway's rosters, by contact.
"""

from __future__ import annotations

from typing import NamedTuple

from rookery.conversations.incoming import Alias
from rookery.conversations.store import sql

# The gateway tells them in this order when several happen at once.
CHANGES = ("joined", "join", "leave", "promote", "demote")
_ABOUT_ROLES = ("join", "leave", "promote", "demote")


class Line(NamedTuple):
    """All who did the same in the same second."""

    change: str
    at: int


def add_change(channel_id: int, group_id: int, change: str, at: int, alias: Alias) -> bool:
    """One alias of somebody; False when that is known."""
    added = sql.run(
        "INSERT INTO conversations_groupchange (channel_id, group_id, change, at, kind, key, jid)"
        f" VALUES ({sql.marks(7)}) ON CONFLICT DO NOTHING",
        [channel_id, group_id, change, at, alias.kind, alias.key, alias.jid],
    )
    return added == 1


def lines(channel_id: int, group_id: int) -> list[Line]:
    """What happened in the group as this channel heard it, in order."""
    found = sql.rows(
        "SELECT DISTINCT change, at FROM conversations_groupchange WHERE group_id = %s AND channel_id = %s"
        " ORDER BY at, change",
        [group_id, channel_id],
    )
    return [Line(*row) for row in found]


def people_of(channel_id: int, group_id: int, line: Line) -> list[int]:
    """The contacts that a line is about."""
    found = sql.rows(
        "SELECT DISTINCT a.contact_id FROM conversations_groupchange g JOIN conversations_contact c ON c.id = g.group_id"
        " JOIN conversations_address a ON a.account_id = c.account_id AND a.kind = g.kind AND a.key = g.key"
        " WHERE g.group_id = %s AND g.channel_id = %s AND g.at = %s AND g.change = %s ORDER BY a.contact_id",
        [group_id, channel_id, line.at, line.change],
    )
    return [int(row[0]) for row in found]


def set_present(group_id: int, contact_id: int, present: bool, at: int) -> None:
    """The newest word on whether somebody is in the group; of one second, that they left."""
    old = "conversations_groupmember"
    sql.run(
        f"INSERT INTO {old} (group_id, contact_id, present, present_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (group_id, contact_id) DO UPDATE SET present = excluded.present, present_at = excluded.present_at"
        f" WHERE {old}.present_at < excluded.present_at"
        f" OR ({old}.present_at = excluded.present_at AND {old}.present AND NOT excluded.present)",
        [group_id, contact_id, present, at],
    )


def set_role(group_id: int, contact_id: int, role: str, at: int) -> bool:
    """The newest word on somebody's role; of one second, the humbler one. True when it changed what is stored."""
    old = "conversations_groupmember"
    changed = sql.run(
        f"INSERT INTO {old} (group_id, contact_id, role, role_at, present, present_at) VALUES (%s, %s, %s, %s, %s, 0)"
        " ON CONFLICT (group_id, contact_id) DO UPDATE SET role = excluded.role, role_at = excluded.role_at"
        f" WHERE {old}.role_at < excluded.role_at"
        f" OR ({old}.role_at = excluded.role_at AND {old}.role <> 'member' AND excluded.role = 'member')",
        [group_id, contact_id, role, at, True],
    )
    return changed == 1


def was_admin(group_id: int, contact_id: int, at: int) -> bool | None:
    """Whether somebody was an admin of a group in second `at`; None: nobody has said anything about their role.

    What events said before decides, else what they said after; without any, the roster.
    """
    said = sql.rows(
        "SELECT DISTINCT g.at, g.change FROM conversations_groupchange g JOIN conversations_address a"
        " ON a.contact_id = %s AND a.kind = g.kind AND a.key = g.key WHERE g.group_id = %s",
        [contact_id, group_id],
    )
    order = sorted((when, CHANGES.index(change)) for when, change in said if change in _ABOUT_ROLES)
    before = [CHANGES[rank] for when, rank in order if when <= at]
    after = [CHANGES[rank] for when, rank in order if when > at and CHANGES[rank] in ("promote", "demote")]
    if before and before[-1] in ("promote", "demote"):
        return before[-1] == "promote"
    if after:
        return after[0] == "demote"  # until then it was the other way round
    row = sql.one(
        "SELECT role, role_at FROM conversations_groupmember WHERE group_id = %s AND contact_id = %s",
        [group_id, contact_id],
    )
    if row is not None and row[1]:
        return str(row[0]) != "member"
    return False if before else None


def present(group_id: int) -> list[int]:
    """Contacts that are in the group as far as anybody said."""
    found = sql.rows(
        "SELECT contact_id FROM conversations_groupmember WHERE group_id = %s AND present ORDER BY contact_id",
        [group_id],
    )
    return [int(row[0]) for row in found]
