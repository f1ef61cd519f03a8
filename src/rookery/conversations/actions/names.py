"""What a contact is called.

Three sources, each with its own register in which the newest event wins (ties by the event's id): what an agent typed,
what the phone's owner saved (of a group: its subject), what the person calls themselves. The best of them is shown;
with none of them the number is. So any order of arrival, and any way two contacts became one, ends with the same name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rookery import db
from rookery.accounts.models import User
from rookery.channels.models import Channel
from rookery.conversations import facts
from rookery.conversations.models import Contact, Inbox
from rookery.conversations.store import people, sql

MOST = 255

_SPACE = re.compile(r"\s+")


@lru_cache(maxsize=4096)
def clean(name: str) -> str:
    """A name as it may be shown: no control, format or bidirectional-override characters, single spaces, at most MOST.

    The joiners that emoji and several scripts are written with stay where they stand between two characters.
    """
    kept = "".join(_kept(one) for one in name[: MOST * 4])
    return _SPACE.sub(" ", kept).strip(" \u200c\u200d")[:MOST].rstrip()


def do_heard_push_name(
    contact_id: int, name: str, at: int, event_id: str, *, account_id: int | None = None
) -> None:
    """Somebody calls themselves `name` in an event of second `at`. Inside `db.write()`.

    An empty name says nothing, and so does our own: gateways store a chat that was begun on the phone under the
    account's own push name (contract 7, hazard 19).
    """
    shown = clean(name)
    if not shown or people.renew_name("push", contact_id, shown, at, event_id):
        return
    account = _account_of(contact_id) if account_id is None else account_id
    if not is_own(account, shown) and people.set_name("push", contact_id, shown, at, event_id):
        _record(account, contact_id)


def do_heard_saved_name(
    contact_id: int, name: str, at: int, event_id: str, *, account_id: int | None = None
) -> None:
    """The phone's owner saved the contact as `name`, or the group's subject is `name`; "" takes it back.

    Inside `db.write()`. Call it only when the event says something about it. A person is never saved under our own
    name; a group may well be called like us.
    """
    shown = clean(name)
    if people.renew_name("saved", contact_id, shown, at, event_id):
        return
    account = _account_of(contact_id) if account_id is None else account_id
    if shown and is_own(account, shown) and not _is_group(contact_id):
        return
    if people.set_name("saved", contact_id, shown, at, event_id):
        _record(account, contact_id)


def do_set_agent_name(contact: Contact, name: str, *, by: User | None = None) -> Contact:
    """An agent's name for the contact goes before all others; "" falls back to the next best. For pages and the API."""
    with db.write():
        Contact.objects.filter(pk=contact.pk).update(agent_name=clean(name), listed=True)
        people.refresh_name(contact.pk)
        _record(contact.account_id, contact.pk, by=by.pk if by else None)
    contact.refresh_from_db(fields=["agent_name", "name", "name_source", "listed"])
    return contact


def is_own(account_id: int, name: str) -> bool:
    """Whether a name is one of ours: an inbox's, or a push name that a channel's settings remember."""
    return name.casefold() in _own_names(account_id)


def _own_names(account_id: int) -> frozenset[str]:
    names = list(Inbox.objects.filter(account_id=account_id).values_list("name", flat=True))
    told = Channel.objects.filter(account_id=account_id).values_list("settings", flat=True)
    names += [str((settings or {}).get("push_name") or "") for settings in told]
    return frozenset(clean(name).casefold() for name in names if name)


def _kept(one: str) -> str:
    if one in "\u200c\u200d":
        return one
    category = unicodedata.category(one)
    if category in ("Zl", "Zp") or one in "\t\n\r\v\f":
        return " "
    return "" if category in ("Cc", "Cf", "Cs", "Cn") else one


def _account_of(contact_id: int) -> int:
    row = sql.one("SELECT account_id FROM conversations_contact WHERE id = %s", [contact_id])
    return int(row[0]) if row else 0


def _is_group(contact_id: int) -> bool:
    row = sql.one("SELECT kind FROM conversations_contact WHERE id = %s", [contact_id])
    return row is not None and row[0] != "person"


def _record(account_id: int, contact_id: int, **data: int | None) -> None:
    facts.record_contact(account_id, contact_id, **data)
