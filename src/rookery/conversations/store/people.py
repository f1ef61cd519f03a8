"""Aliases to contacts, contacts to contact inboxes.

The unique index of Address decides who a person is: two workers that meet the same stranger at once end with one contact.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from rookery.conversations.incoming import Alias
from rookery.conversations.store import sql


def find_owners(account_id: int, aliases: Sequence[Alias]) -> dict[tuple[str, str], int]:
    """Contact id of each alias that is known."""
    if not aliases:
        return {}
    where = " OR ".join(["(kind = %s AND key = %s)"] * len(aliases))
    params = [account_id, *(value for alias in aliases for value in (alias.kind, alias.key))]
    found = sql.rows(
        f"SELECT kind, key, contact_id FROM conversations_address WHERE account_id = %s AND ({where})", params
    )
    return {(kind, key): contact_id for kind, key, contact_id in found}


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


def add_address(account_id: int, contact_id: int, alias: Alias) -> bool:
    """Give the contact an alias; False when somebody owns it already."""
    done = sql.run(
        "INSERT INTO conversations_address (account_id, contact_id, kind, key, jid) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [account_id, contact_id, alias.kind, alias.key, alias.jid],
    )
    return done == 1


def see_address(account_id: int, alias: Alias) -> None:
    """Remember the JID WhatsApp itself uses for an alias (the ninth digit may differ from what was dialled)."""
    sql.run(
        "UPDATE conversations_address SET jid = %s WHERE account_id = %s AND kind = %s AND key = %s AND jid <> %s",
        [alias.jid, account_id, alias.kind, alias.key, alias.jid],
    )


def set_phone(contact_id: int, phone: str) -> None:
    """The contact's number, once it is known."""
    sql.run("UPDATE conversations_contact SET phone = %s WHERE id = %s AND phone = ''", [phone, contact_id])


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
            [uuid.uuid4().hex, contact_id, inbox_id, jid, now],
        )
        if made is not None:
            sql.run("UPDATE conversations_contact SET listed = %s WHERE id = %s", [True, contact_id])
            return int(made[0])
        return ensure_contact_inbox(contact_id, inbox_id, jid, now)
    if known[1] != jid and not jid.endswith("@lid"):
        sql.run("UPDATE conversations_contactinbox SET jid = %s WHERE id = %s", [jid, known[0]])
    return int(known[0])


def heard_from(contact_id: int, at: int, push_name: str, event_id: str) -> None:
    """A contact wrote at `at`: newest activity, and its push name if no newer one is known.

    A name an agent typed stays; equal times are decided by the event's id, so any order of arrival ends the same.
    """
    sql.run(
        "UPDATE conversations_contact SET last_activity_at = %s"
        " WHERE id = %s AND (last_activity_at IS NULL OR last_activity_at < %s)",
        [at, contact_id, at],
    )
    if push_name:
        sql.run(
            "UPDATE conversations_contact SET push_name = %s, name_at = %s, name_event = %s,"
            " name = CASE WHEN name_source IN ('', 'push') THEN %s ELSE name END,"
            " name_source = CASE WHEN name_source = '' THEN 'push' ELSE name_source END"
            " WHERE id = %s AND (name_at < %s OR (name_at = %s AND name_event < %s))",
            [push_name, at, event_id, push_name, contact_id, at, at, event_id],
        )
