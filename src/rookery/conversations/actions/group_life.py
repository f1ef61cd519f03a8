"""Who comes to a group, leaves it and is made an admin.

An event becomes rows by alias (GroupChange), the newest of them each member's presence and role (GroupMember), and a
line in the group's conversation. A group nobody has written in has no conversation, and gets none by this: its lines
appear when it gets one. So the state is the same whichever came first. A line reopens nothing and is not unread.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rookery.conversations import facts
from rookery.conversations.actions import identity, names, waiting_room
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import IncomingGroupChange, Place
from rookery.conversations.store import groups, lines, threads
from rookery.conversations.store.groups import Line
from rookery.db.fields import now_millis

KIND = "group_change"
_PRESENT = {"joined": True, "join": True, "promote": True, "demote": True, "leave": False}
_ROLES = {"promote": "admin", "demote": "member", "leave": "member"}


@dataclass(frozen=True, slots=True)
class Member:
    """One line of a roster: a contact and `member`, `admin` or `owner`."""

    contact_id: int
    role: str


def do_group_change(place: Place, change: IncomingGroupChange, cache: ContactCache) -> None:
    """Take note of it, and show it if the group has a conversation in this inbox. Inside `db.write()`."""
    group_id, _ = identity.do_resolve_contact(place.account_id, change.chat, "group")
    roles = False
    for person in change.people:
        contact_id, learnt = identity.do_resolve_contact(place.account_id, person, "person")
        if learnt:
            cache.learn(place.account_id, contact_id)
        for alias in person:
            groups.add_change(place.channel_id, group_id, change.change, change.at, alias)
        groups.set_present(group_id, contact_id, _PRESENT[change.change], change.at)
        if role := _ROLES.get(change.change):
            groups.set_role(group_id, contact_id, role, change.at)
            roles = True
    if change.subject:
        event_id = f"joined:{change.chat[0].key}"
        names.do_heard_saved_name(group_id, change.subject, change.at, event_id, account_id=place.account_id)
    contact_inbox_id = lines.find_contact_inbox(group_id, place.inbox_id)
    if contact_inbox_id is not None:
        _show(place, group_id, contact_inbox_id, [Line(change.change, change.at)])
    if roles:
        waiting_room.retry_for_group(place.account_id, group_id)


def do_roster(account_id: int, group_contact_id: int, members: Iterable[Member], at: int) -> None:
    """The gateway's list of a group's people as of second `at`: who is not in it has left. Inside `db.write()`."""
    listed = set()
    for member in sorted(members, key=lambda one: one.contact_id):
        listed.add(member.contact_id)
        groups.set_present(group_contact_id, member.contact_id, True, at)
        groups.set_role(group_contact_id, member.contact_id, member.role, at)
    for contact_id in groups.present(group_contact_id):
        if contact_id not in listed:
            groups.set_present(group_contact_id, contact_id, False, at)
    waiting_room.retry_for_group(account_id, group_contact_id)


def show_history(place: Place, group_id: int, contact_inbox_id: int) -> None:
    """A group got a conversation: show what happened before. Inside `db.write()`."""
    _show(place, group_id, contact_inbox_id, groups.lines(place.channel_id, group_id))


def _show(place: Place, group_id: int, contact_inbox_id: int, found: Sequence[Line]) -> None:
    for line in found:
        thread = (
            threads.find_unresolved(contact_inbox_id)
            or threads.find_by_span(contact_inbox_id, line.at)
            or threads.find_newest(contact_inbox_id)
        )
        if thread is None:
            return
        details = {"change": line.change, "people": groups.people_of(place.channel_id, group_id, line)}
        ref = uuid.uuid5(
            uuid.NAMESPACE_OID, f"group:{place.channel_id}:{contact_inbox_id}:{line.change}:{line.at}"
        )
        message_id = lines.put(
            lines.Activity(
                place.account_id,
                place.inbox_id,
                place.channel_id,
                contact_inbox_id,
                thread.id,
                KIND,
                line.at,
                f"#{groups.CHANGES.index(line.change)}{line.change}",
                ref.hex,
                json.dumps(details),
                now_millis(),
            )
        )
        facts.record(
            facts.MESSAGE_CREATED,
            account=place.account_id,
            inbox=place.inbox_id,
            conversation=thread.id,
            message=message_id,
            display_id=thread.display_id,
            incoming=False,
            ring=False,
        )
