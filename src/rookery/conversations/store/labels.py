"""WhatsApp Business labels: of a number, and on its chats; the newest event wins, ties by its id."""

from __future__ import annotations

from rookery.conversations.store import sql


def ensure(channel_id: int, label_id: str) -> None:
    """A label of which nothing else is known yet."""
    sql.run(
        "INSERT INTO conversations_channellabel (channel_id, label_id, name, deleted, at, event_id, said)"
        f" VALUES ({sql.marks(7)}) ON CONFLICT DO NOTHING",
        [channel_id, label_id, "", False, 0, "", "{}"],
    )


def put(channel_id: int, contact_inbox_id: int, label_id: str, labeled: bool, at: int, event_id: str) -> None:
    """A label is on a chat, or off it."""
    table = "conversations_chatlabel"
    sql.run(
        f"INSERT INTO {table} (channel_id, contact_inbox_id, label_id, labeled, at, event_id)"
        f" VALUES ({sql.marks(6)}) ON CONFLICT (contact_inbox_id, label_id) DO UPDATE SET labeled = excluded.labeled,"
        " at = excluded.at, event_id = excluded.event_id"
        f" WHERE {table}.at < excluded.at OR ({table}.at = excluded.at AND {table}.event_id < excluded.event_id)",
        [channel_id, contact_inbox_id, label_id, labeled, at, event_id],
    )
