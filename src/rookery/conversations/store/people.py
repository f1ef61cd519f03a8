"""Aliases to contacts, contacts to contact inboxes.

The unique index of Address decides who a person is: two workers that meet the same stranger at once end with one contact.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from rookery.conversations.incoming import Alias
from rookery.conversations.store import sql

_BEST_FIRST = {"group": 0, "newsletter": 0, "pn": 1, "lid": 2}

_REGISTERS = {"push": ("name", "push_name"), "saved": ("saved", "saved_name")}  # its marks, its column

_BEST_NAME = (
    "name = CASE WHEN agent_name <> '' THEN agent_name WHEN saved_name <> '' THEN saved_name ELSE push_name END,"
    " name_source = CASE WHEN agent_name <> '' THEN 'agent'"
    " WHEN saved_name <> '' THEN CASE WHEN kind = 'person' THEN 'saved' ELSE 'subject' END"
    " WHEN push_name <> '' THEN 'push' ELSE '' END"
)


class Known(NamedTuple):
    """An address that has an owner, and how it is spelled."""

    contact_id: int
    jid: str
    seen: bool


def find_addresses(account_id: int, aliases: Sequence[Alias]) -> dict[tuple[str, str], Known]:
    """The address row of each alias that is known."""
    if not aliases:
        return {}
    where = " OR ".join(["(kind = %s AND key = %s)"] * len(aliases))
    params = [account_id, *(value for alias in aliases for value in (alias.kind, alias.key))]
    found = sql.rows(
        "SELECT kind, key, contact_id, jid, seen FROM conversations_address"
        f" WHERE account_id = %s AND ({where})",
        params,
    )
    return {(kind, key): Known(contact_id, jid, bool(seen)) for kind, key, contact_id, jid, seen in found}


def find_owners(account_id: int, aliases: Sequence[Alias]) -> dict[tuple[str, str], int]:
    """Contact id of each alias that is known."""
    return {pair: known.contact_id for pair, known in find_addresses(account_id, aliases).items()}


def list_keys(contact_id: int) -> list[tuple[str, str]]:
    """(kind, key) of every address of a contact."""
    found = sql.rows("SELECT kind, key FROM conversations_address WHERE contact_id = %s", [contact_id])
    return [(kind, key) for kind, key in found]


def insert_contact(account_id: int, kind: str, phone: str, now: int) -> int:
    """A new, unlisted, nameless contact."""
    row = sql.one(
        "INSERT INTO conversations_contact (account_id, kind, phone, created_at) VALUES (%s, %s, %s, %s) RETURNING id",
        [account_id, kind, phone, now],
    )
    assert row is not None
    return int(row[0])


def delete_contact(contact_id: int) -> None:
    """Take back a contact that lost the race for its addresses; nothing points at it."""
    sql.run("DELETE FROM conversations_contact WHERE id = %s", [contact_id])


def add_address(account_id: int, contact_id: int, alias: Alias, *, seen: bool = True) -> bool:
    """Give the contact an alias; False when somebody owns it already. `seen`: WhatsApp itself spelled it so."""
    done = sql.run(
        "INSERT INTO conversations_address (account_id, contact_id, kind, key, jid, seen) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [account_id, contact_id, alias.kind, alias.key, alias.jid, seen],
    )
    return done == 1


def see_address(account_id: int, alias: Alias) -> bool:
    """Remember how WhatsApp itself spells an alias (the ninth digit may differ from what was dialled); True for news.

    What was only dialled gives way; of two that were seen the longer stays, so that any order ends the same.
    """
    done = sql.run(
        "UPDATE conversations_address SET jid = %s, seen = %s WHERE account_id = %s AND kind = %s AND key = %s"
        " AND (NOT seen OR length(jid) < %s OR (length(jid) = %s AND jid < %s))",
        [alias.jid, True, account_id, alias.kind, alias.key, len(alias.jid), len(alias.jid), alias.jid],
    )
    return done == 1


def best_jids(contact_id: int) -> list[str]:
    """Addresses that messages to the contact may go to, best first.

    A number before a LID. Several numbers and a LID: the LID alone, for it is somebody who changed their number, and
    the gateway knows the one they have now.
    """
    found = sql.rows("SELECT kind, jid FROM conversations_address WHERE contact_id = %s", [contact_id])
    if sum(kind == "pn" for kind, _ in found) > 1 and any(kind == "lid" for kind, _ in found):
        found = [row for row in found if row[0] == "lid"]
    best = min((_BEST_FIRST[kind] for kind, _ in found), default=0)
    return sorted((jid for kind, jid in found if _BEST_FIRST[kind] == best), reverse=True)


def ensure_contact_inbox(contact_id: int, inbox_id: int, jid: str, now: int) -> int:
    """The contact in this inbox, made if it is new there. A number takes the place of a LID as its address."""
    known = sql.one(
        "SELECT id, jid FROM conversations_contactinbox WHERE contact_id = %s AND inbox_id = %s",
        [contact_id, inbox_id],
    )
    if known is None:
        made = sql.one(
            "INSERT INTO conversations_contactinbox (uuid, contact_id, inbox_id, jid, created_at)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            [uuid.uuid4().hex, contact_id, inbox_id, _best_or(contact_id, jid), now],
        )
        if made is not None:
            sql.run("UPDATE conversations_contact SET listed = %s WHERE id = %s", [True, contact_id])
            return int(made[0])
        return ensure_contact_inbox(contact_id, inbox_id, jid, now)
    if known[1] != jid:
        best = _best_or(contact_id, jid)
        sql.run(
            "UPDATE conversations_contactinbox SET jid = %s WHERE id = %s AND jid <> %s",
            [best, known[0], best],
        )
    return int(known[0])


def refresh_reach(contact_id: int) -> None:
    """The contact's addresses changed: its number, and what its inboxes write to, follow.

    Of several numbers the greatest is shown, so that any order of arrival ends the same.
    """
    best = best_jids(contact_id)
    if best:
        sql.run(
            "UPDATE conversations_contactinbox SET jid = %s"
            f" WHERE contact_id = %s AND jid NOT IN ({sql.marks(len(best))})",
            [best[0], contact_id, *best],
        )
    numbers = sql.rows(
        "SELECT jid FROM conversations_address WHERE contact_id = %s AND kind = 'pn'", [contact_id]
    )
    if phone := max((phone_of(jid) for (jid,) in numbers), default=""):
        sql.run(
            "UPDATE conversations_contact SET phone = %s WHERE id = %s AND phone <> %s",
            [phone, contact_id, phone],
        )


def phone_of(jid: str) -> str:
    """E.164 of a person's JID by number, as it is spelled; "" when that is no number."""
    user = jid.partition("@")[0]
    return f"+{user}"[:16] if user.isdigit() else ""


def _best_or(contact_id: int, jid: str) -> str:
    """`jid` where it is as good as any: of several numbers the one that is used now."""
    best = best_jids(contact_id)
    return jid if jid in best or not best else best[0]


def heard_again(contact_id: int, at: int, push_name: str, event_id: str) -> bool:
    """A contact wrote and calls itself what it did before: both in one statement. False: nothing was written, because
    the name is another one or the event is no news."""
    done = sql.run(
        "UPDATE conversations_contact SET name_at = %s, name_event = %s,"
        " last_activity_at = CASE WHEN last_activity_at > %s THEN last_activity_at ELSE %s END"
        " WHERE id = %s AND push_name = %s AND (name_at < %s OR (name_at = %s AND name_event < %s))",
        [at, event_id, at, at, contact_id, push_name, at, at, event_id],
    )
    return done == 1


def heard_from(contact_id: int, at: int, push_name: str, event_id: str) -> None:
    """A contact wrote at `at`: newest activity, and what they call themselves (see `actions.names`, which cleans it)."""
    sql.run(
        "UPDATE conversations_contact SET last_activity_at = %s"
        " WHERE id = %s AND (last_activity_at IS NULL OR last_activity_at < %s)",
        [at, contact_id, at],
    )
    if push_name and not renew_name("push", contact_id, push_name, at, event_id):
        set_name("push", contact_id, push_name, at, event_id)


def renew_name(source: str, contact_id: int, name: str, at: int, event_id: str) -> bool:
    """A `source` (push, saved) says again what it said: only its time moves. False: another name, or nothing newer."""
    mark, column = _REGISTERS[source]
    done = sql.run(
        f"UPDATE conversations_contact SET {mark}_at = %s, {mark}_event = %s"
        f" WHERE id = %s AND {column} = %s AND ({mark}_at < %s OR ({mark}_at = %s AND {mark}_event < %s))",
        [at, event_id, contact_id, name, at, at, event_id],
    )
    return done == 1


def set_name(source: str, contact_id: int, name: str, at: int, event_id: str) -> bool:
    """What a source says now, and the best name with it. The newest wins, equal times go by the event's id: False."""
    mark, column = _REGISTERS[source]
    done = sql.run(
        f"UPDATE conversations_contact SET {column} = %s, {mark}_at = %s, {mark}_event = %s"
        f" WHERE id = %s AND ({mark}_at < %s OR ({mark}_at = %s AND {mark}_event < %s))",
        [name, at, event_id, contact_id, at, at, event_id],
    )
    if done:
        refresh_name(contact_id)
    return done == 1


def refresh_name(contact_id: int) -> None:
    """Choose the contact's name anew: the agent's, then the saved one, then the push name."""
    sql.run(f"UPDATE conversations_contact SET {_BEST_NAME} WHERE id = %s", [contact_id])


def identity_epochs() -> dict[int, int]:
    """Each account's epoch: what is remembered of contacts and rules holds for as long as it stays the same."""
    return {
        int(row[0]): int(row[1]) for row in sql.rows("SELECT id, identity_epoch FROM accounts_account", [])
    }
