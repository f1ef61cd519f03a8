"""The whole state of the domain as one canonical text: no key of a row, nothing about when we heard of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from rookery.conversations.models import (
    Address,
    ChannelLabel,
    ChatLabel,
    Contact,
    ContactInbox,
    Conversation,
    GroupChange,
    GroupMember,
    Message,
    PendingChange,
)

CONTACT = ("kind", "name", "name_source", "push_name", "name_at", "name_event", "saved_name", "saved_at", "saved_event",
           "phone", "listed", "last_activity_at")  # fmt: skip
CONVERSATION = ("status", "unread_count", "waiting_since", "answered_at", "last_activity_at", "opened_at", "read_at",
                "read_tie", "phone_read_at", "phone_read_tie", "additional_attributes")  # fmt: skip
MESSAGE = ("direction", "kind", "content", "source_id", "via", "at", "tie", "at_replaced", "quoted_source_id",
           "quoted_text", "forwarded", "view_once", "unsupported", "edited_at", "edited_event", "revoked_at",
           "revoked_event", "hidden_at", "archived", "state", "rank", "sent_at", "delivered_at", "read_at",
           "played_at")  # fmt: skip


def dump() -> str:
    """Equal texts: nobody could tell the two states apart."""
    names = _Names()
    contacts = Contact.objects.filter(merged_into__isnull=True)
    parts: dict[str, list[Any]] = {
        "contacts": [{"who": names[row.pk], **_columns(row, CONTACT)} for row in contacts],
        "addresses": [
            [row.kind, row.key, row.jid, row.seen, names[row.contact_id]] for row in Address.objects.all()
        ],
        "inboxes": [
            [names[row.contact_id], row.jid]
            for row in ContactInbox.objects.filter(contact__merged_into__isnull=True)
        ],
        "conversations": [_conversation(row, names) for row in _conversations()],
        "merged": [row.messages.count() for row in Conversation.objects.filter(merged_into__isnull=False)],
        "members": [
            [names[row.group_id], names[row.contact_id], row.present, row.present_at, row.role, row.role_at]
            for row in GroupMember.objects.all()
        ],
        "changes": [
            [names[row.group_id], row.change, row.at, row.kind, row.key] for row in GroupChange.objects.all()
        ],
        "labels": [
            [row.label_id, row.name, row.color, row.deleted, row.at, row.event_id, row.said]
            for row in ChannelLabel.objects.all()
        ],
        "chat labels": [
            [names[row.contact_inbox.contact_id], row.label_id, row.labeled, row.at, row.event_id]
            for row in ChatLabel.objects.select_related("contact_inbox")
        ],
        "waiting": [
            [row.kind, row.source_id, row.at, row.event_id, row.payload, row.claimant_pn, row.claimant_lid]
            for row in PendingChange.objects.all()
        ],
    }
    parts["merged"] = [count for count in parts["merged"] if count]  # a joined conversation keeps nothing
    return json.dumps(
        {name: _sorted(rows) for name, rows in parts.items()}, ensure_ascii=False, indent=1, sort_keys=True
    )


class _Names(dict[int, str]):
    """Contacts by what cannot depend on the order of arrival: their addresses."""

    def __init__(self) -> None:
        super().__init__()
        rows = list(Contact.objects.values_list("pk", "merged_into_id"))
        into = {pk: merged for pk, merged in rows if merged}
        keys: dict[int, list[str]] = {}
        for kind, key, contact_id in Address.objects.values_list("kind", "key", "contact_id"):
            keys.setdefault(contact_id, []).append(f"{kind}:{key}")
        for pk, _ in rows:
            last = pk
            while last in into:
                last = into[last]
            self[pk] = "|".join(sorted(keys.get(last, ["nobody"])))


def _conversations() -> Iterable[Conversation]:
    rows = Conversation.objects.filter(merged_into__isnull=True).select_related("contact_inbox")
    return rows.prefetch_related(
        "messages__receipts", "messages__reactions", "messages__revisions", "messages__attachments"
    )


def _conversation(row: Conversation, names: _Names) -> dict[str, Any]:
    messages = list(row.messages.all())
    last = next((one for one in messages if one.pk == row.last_message_id), None)
    return {
        "with": names[row.contact_inbox.contact_id],
        "contact": names[row.contact_id],
        **_columns(row, CONVERSATION),
        "last": [last.at, last.tie] if last else None,
        "messages": _sorted([_message(one, names) for one in messages]),
    }


def _message(row: Message, names: _Names) -> dict[str, Any]:
    details = dict(row.details)
    if "people" in details:
        details["people"] = sorted({names[pk] for pk in details["people"]})
    return {
        "0": [row.at, row.tie],  # what they are sorted by
        **_columns(row, MESSAGE),
        "author": names[row.author_id] if row.author_id else None,
        "revoked_by": names[row.revoked_by_id] if row.revoked_by_id else None,
        "details": details,
        "files": [[one.position, one.kind, one.path, one.url, one.name, one.state] for one in row.attachments.all()],
        "receipts": _sorted(
            [[names[one.contact_id], one.delivered_at, one.read_at, one.played_at] for one in row.receipts.all()]
        ),
        "reactions": _sorted(
            [[names[one.contact_id] if one.contact_id else "us", one.emoji, one.at, one.event_id]
             for one in row.reactions.all()]
        ),
        "versions": _sorted([[one.at, one.event_id, one.content] for one in row.revisions.all()]),
    }  # fmt: skip


def _columns(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _sorted(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: json.dumps(row, ensure_ascii=False, sort_keys=True))
