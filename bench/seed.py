"""Large databases, made by the database itself."""

from __future__ import annotations

import time

from django.db import connection

from tests.cast import Cast

_ME = {
    "sqlite": {"bytes": "randomblob(32)", "body": "randomblob(300)", "uuid": "lower(hex(randomblob(16)))"},
    "postgresql": {
        "bytes": "sha256(i::text::bytea)",
        "body": "decode(repeat(md5(i::text), 18), 'hex')",
        "uuid": "gen_random_uuid()",
    },
}
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "


def raw_events(channel_id: int, count: int) -> None:
    """`count` processed events of 300 bytes in the raw event table."""
    names = _ME[connection.vendor]
    _run(
        "INSERT INTO intake_rawevent (channel_id, received_ms, signature, body, state) "
        + _NUMBERS.format(count=count)
        + f"SELECT {channel_id}, {time.time_ns() // 1_000_000} - i, {names['bytes']}, {names['body']}, 1 FROM n"
    )


def conversations(cast: Cast, count: int, first: int = 1) -> None:
    """`count` persons with an open conversation each, display ids from `first` on. See `messages`."""
    names, now = _ME[connection.vendor], int(time.time())
    account, inbox, last = cast.account.pk, cast.inbox.pk, first + count - 1
    numbers = f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i < {last}) "
    _run(
        f"INSERT INTO conversations_contact (account_id, kind, name, name_source, phone, listed) {numbers}"
        f"SELECT {account}, 'person', 'Person ' || i, 'push', '+' || (5521980000000 + i), {_true()} FROM n"
    )
    _run(
        "INSERT INTO conversations_address (account_id, contact_id, kind, key, jid) "
        "SELECT account_id, id, 'pn', substr(phone, 2), substr(phone, 2) || '@s.whatsapp.net' "
        "FROM conversations_contact c WHERE NOT EXISTS (SELECT 1 FROM conversations_address a WHERE a.contact_id = c.id)"
    )
    _run(
        "INSERT INTO conversations_contactinbox (uuid, contact_id, inbox_id, jid, created_at) "
        f"SELECT {names['uuid']}, id, {inbox}, substr(phone, 2) || '@s.whatsapp.net', {now} FROM conversations_contact c "
        "WHERE NOT EXISTS (SELECT 1 FROM conversations_contactinbox ci WHERE ci.contact_id = c.id)"
    )
    _run(
        "INSERT INTO conversations_conversation (uuid, account_id, inbox_id, contact_inbox_id, contact_id, display_id,"
        " status, opened_at, last_activity_at, created_at, unread_count, updated_ms) "
        f"SELECT {names['uuid']}, {account}, {inbox}, ci.id, ci.contact_id, {first} + row_number() OVER (ORDER BY ci.id) - 1,"
        f" 'open', {now - 90_000}, {now} - ci.id % 80000, {now - 90_000}, 1, 0 FROM conversations_contactinbox ci "
        "WHERE NOT EXISTS (SELECT 1 FROM conversations_conversation c WHERE c.contact_inbox_id = ci.id)"
    )
    _run(f"UPDATE accounts_account SET next_display_id = {last + 1} WHERE id = {account}")


def messages(cast: Cast, each: int) -> None:
    """`each` messages in every conversation that has none: two of three from the customer."""
    names, channel = _ME[connection.vendor], cast.channel.pk
    _run(
        "INSERT INTO conversations_message (account_id, inbox_id, channel_id, contact_inbox_id, conversation_id,"
        " direction, kind, content, source_id, client_ref, author_id, via, at, tie, state, rank, sent_at) "
        + _NUMBERS.format(count=each)
        + f"SELECT c.account_id, c.inbox_id, {channel}, c.contact_inbox_id, c.id,"
        " CASE i % 3 WHEN 0 THEN 'out' ELSE 'in' END, 'text', 'message ' || i || ': could you *deliver* two of them?',"
        f" 'A5F1' || (c.id * 100000 + i), {names['uuid']}, CASE i % 3 WHEN 0 THEN NULL ELSE c.contact_id END,"
        f" CASE i % 3 WHEN 0 THEN 'phone' ELSE 'contact' END, c.last_activity_at - ({each} - i),"
        " 'A5F1' || (c.id * 100000 + i), CASE i % 3 WHEN 0 THEN 'read' ELSE 'received' END,"
        " CASE i % 3 WHEN 0 THEN 3 ELSE 0 END, CASE i % 3 WHEN 0 THEN c.last_activity_at ELSE NULL END"
        " FROM conversations_conversation c CROSS JOIN n WHERE c.last_message_id IS NULL"
    )
    _run(
        "UPDATE conversations_conversation SET last_message_id = (SELECT m.id FROM conversations_message m"
        " WHERE m.conversation_id = conversations_conversation.id ORDER BY m.at DESC, m.tie DESC LIMIT 1)"
        " WHERE last_message_id IS NULL"
    )


def analyse() -> None:
    """Let the database look at what it holds, as it does by itself in time."""
    _run("ANALYZE")


def _true() -> str:
    return "1" if connection.vendor == "sqlite" else "true"


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
