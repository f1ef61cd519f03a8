"""What happens to a message after it exists: reactions, versions, deletions. Each is the newest, or the first, of what
was said, with ties by event id, so that any order of arrival ends the same."""

from __future__ import annotations

from rookery.conversations.store import sql

FROM_RECORD = "record:"
"""How the ids of changes begin that were read from a gateway's record, which does not tell their own."""


def put_reaction(message_id: int, contact_id: int | None, emoji: str, at: int, event_id: str) -> bool:
    """Somebody's (None: our own) newest emoji; True when this one is newer than what is stored."""
    whose = "(message_id, contact_id)" if contact_id is not None else "(message_id) WHERE contact_id IS NULL"
    old = "conversations_reaction"
    changed = sql.run(
        f"INSERT INTO {old} (message_id, contact_id, emoji, at, event_id) VALUES (%s, %s, %s, %s, %s)"
        f" ON CONFLICT {whose} DO UPDATE SET emoji = excluded.emoji, at = excluded.at, event_id = excluded.event_id"
        f" WHERE {old}.at < excluded.at OR ({old}.at = excluded.at AND {old}.event_id < excluded.event_id)",
        [message_id, contact_id, emoji, at, event_id],
    )
    return changed == 1


def copy_reactions(message_id: int) -> None:
    """A message took an id that others of its chat have: what was said of that id holds for it too."""
    found = sql.rows(
        "SELECT r.contact_id, r.emoji, r.at, r.event_id FROM conversations_reaction r"
        " JOIN conversations_message o ON o.id = r.message_id"
        " JOIN conversations_message m ON m.channel_id = o.channel_id AND m.source_id = o.source_id"
        " AND m.contact_inbox_id = o.contact_inbox_id WHERE m.id = %s AND o.id <> m.id",
        [message_id],
    )
    for contact_id, emoji, at, event_id in found:
        put_reaction(message_id, contact_id, emoji, at, event_id)
    sql.run(
        "UPDATE conversations_message SET hidden_at = (SELECT MIN(o.hidden_at) FROM conversations_message o"
        "  WHERE o.channel_id = conversations_message.channel_id AND o.source_id = conversations_message.source_id"
        "  AND o.contact_inbox_id = conversations_message.contact_inbox_id"
        "  AND o.direction = conversations_message.direction) WHERE id = %s",
        [message_id],
    )


def add_revision(message_id: int, content: str | None, at: int, event_id: str) -> bool:
    """One edit, and before the first one what it edits; False when it is known. The message shows the newest text."""
    sql.run(
        "INSERT INTO conversations_revision (message_id, content, at, event_id)"
        " SELECT m.id, m.content, m.at, '' FROM conversations_message m WHERE m.id = %s ON CONFLICT DO NOTHING",
        [message_id],
    )
    added = sql.run(
        "INSERT INTO conversations_revision (message_id, content, at, event_id) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [message_id, content, at, event_id],
    )
    if added:
        if not event_id.startswith(FROM_RECORD):
            # The record told this text before its own event came.
            sql.run(
                "DELETE FROM conversations_revision WHERE message_id = %s AND content = %s AND event_id LIKE %s",
                [message_id, content, f"{FROM_RECORD}%"],
            )
        show_newest(message_id)
    return added == 1


def set_first_text(message_id: int, text: str) -> None:
    """What the message said at first became known; an edit of it still wins."""
    revised = sql.run(
        "UPDATE conversations_revision SET content = %s WHERE message_id = %s AND event_id = ''",
        [text, message_id],
    )
    sql.run("UPDATE conversations_message SET content = %s WHERE id = %s", [text, message_id])
    if revised:
        show_newest(message_id)


def show_newest(message_id: int) -> None:
    """Let an edited message show its newest version; an edit whose text nobody knows changes the mark alone."""
    versions = "FROM conversations_revision r WHERE r.message_id = conversations_message.id"
    newest = "ORDER BY r.at DESC, r.event_id DESC LIMIT 1"
    edit = "AND r.event_id <> ''"
    sql.run(
        # The first version comes before every edit, whatever times they claim.
        f"UPDATE conversations_message SET content = COALESCE((SELECT r.content {versions} AND r.content IS NOT NULL"
        f" {edit} {newest}), (SELECT r.content {versions} AND r.event_id = ''), content),"
        f" edited_at = (SELECT r.at {versions} {edit} {newest}),"
        f" edited_event = COALESCE((SELECT r.event_id {versions} {edit} {newest}), ''),"
        " version = version + 1 WHERE id = %s",
        [message_id],
    )


def set_revoked(message_id: int, at: int, event_id: str, contact_id: int | None) -> bool:
    """Deleted for everyone; of several such claims the first counts. True when this changes what is stored."""
    changed = sql.run(
        "UPDATE conversations_message SET revoked_at = %s, revoked_event = %s, revoked_by_id = %s, version = version + 1"
        " WHERE id = %s AND (revoked_at IS NULL OR revoked_at > %s OR (revoked_at = %s AND revoked_event > %s))",
        [at, event_id, contact_id, message_id, at, at, event_id],
    )
    return changed == 1


def take_back_revoke(message_id: int, event_id: str) -> bool:
    """A claim that had been believed turned out to be nobody's to make."""
    changed = sql.run(
        "UPDATE conversations_message SET revoked_at = NULL, revoked_event = '', revoked_by_id = NULL,"
        " version = version + 1 WHERE id = %s AND revoked_event = %s",
        [message_id, event_id],
    )
    return changed == 1


def set_hidden(message_id: int, at: int) -> bool:
    """Deleted on our own phone; True when that was not known."""
    changed = sql.run(
        "UPDATE conversations_message SET hidden_at = %s, version = version + 1"
        " WHERE id = %s AND (hidden_at IS NULL OR hidden_at > %s)",
        [at, message_id, at],
    )
    return changed == 1


def changed(message_id: int) -> None:
    """The bubble shows something else."""
    sql.run("UPDATE conversations_message SET version = version + 1 WHERE id = %s", [message_id])
