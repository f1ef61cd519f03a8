"""Rows that go with an erased message, and what remembers or shows it. All of it inside `db.write()`."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NamedTuple

from django.core.files.storage import storages
from django.db.models import F, Q, QuerySet

from rookery import db
from rookery.conversations import facts
from rookery.conversations.models import Address, Attachment, Message, PendingChange
from rookery.conversations.store import files, tombstones

log = logging.getLogger(__name__)


class Erased(NamedTuple):
    """A message row on its way out, with what tombstones and open pages need."""

    id: int
    account_id: int
    inbox_id: int
    channel_id: int | None
    contact_inbox_id: int
    chat_contact_id: int
    conversation_id: int
    display_id: int
    source_id: str | None
    client_ref: str


_COLUMNS = (
    "id", "account_id", "inbox_id", "channel_id", "contact_inbox_id", "contact_inbox__contact_id", "conversation_id",
    "conversation__display_id", "source_id", "client_ref",
)  # fmt: skip


def take(rows: QuerySet[Message], limit: int | None) -> list[Erased]:
    """The first `limit` of these messages (None: all), locked."""
    found = rows.select_for_update(of=("self",)).order_by("id").values_list(*_COLUMNS)[:limit]
    return [Erased._make((*row[:-1], str(row[-1]))) for row in found]


def remember(messages: Sequence[Erased]) -> None:
    """A tombstone for each message under every address of its chat."""
    keys = chat_keys({one.chat_contact_id for one in messages})
    by_chat: dict[tuple[int, int], set[str]] = defaultdict(set)
    for one in messages:
        if one.channel_id is not None and one.source_id:
            by_chat[one.channel_id, one.chat_contact_id].add(one.source_id)
    for (channel_id, contact_id), source_ids in sorted(by_chat.items()):
        tombstones.put(channel_id, keys[contact_id], source_ids)


def chat_keys(contact_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """(kind, key) of all addresses of these contacts."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Address.objects.filter(contact_id__in=list(contact_ids)).values_list("contact_id", "kind", "key")
    for contact_id, kind, key in rows.order_by("id"):
        found[contact_id].append((kind, key))
    return found


def delete(messages: Sequence[Erased]) -> None:
    """The rows with all that hangs on them; bytes that nobody else names are removed after the commit."""
    ids = [one.id for one in messages]
    blobs = Attachment.objects.filter(message_id__in=ids, blob__isnull=False).values_list(
        "blob_id", flat=True
    )
    blob_ids = sorted(set(blobs))
    _drop_claims(messages)
    _unquote(messages)
    Message.objects.filter(pk__in=ids).delete()
    for blob_id in blob_ids:
        for key in files.delete_unused_blob(blob_id) or ():
            forget(key)
    for one in messages:
        facts.record(
            facts.MESSAGE_CHANGED,
            account=one.account_id,
            inbox=one.inbox_id,
            conversation=one.conversation_id,
            message=one.id,
            display_id=one.display_id,
            gone=True,
            ref=one.client_ref,
        )


def forget(key: str) -> None:
    """Remove a stored file once the transaction is committed."""
    if key:
        db.on_commit(partial(_remove, key))


def tell(rows: QuerySet[Message]) -> None:
    """These bubbles show something else now."""
    found = list(
        rows.values_list("pk", "account_id", "inbox_id", "conversation_id", "conversation__display_id")
    )
    Message.objects.filter(pk__in=[row[0] for row in found]).update(version=F("version") + 1)
    for pk, account_id, inbox_id, conversation_id, display_id in found:
        facts.record(
            facts.MESSAGE_CHANGED,
            account=account_id,
            inbox=inbox_id,
            conversation=conversation_id,
            message=pk,
            display_id=display_id,
        )


def _drop_claims(messages: Sequence[Erased]) -> None:
    """Edits and reactions that wait for an erased message hold its text."""
    by_channel: dict[int, set[str]] = defaultdict(set)
    for one in messages:
        if one.channel_id is not None and one.source_id:
            by_channel[one.channel_id].add(one.source_id)
    for channel_id, source_ids in sorted(by_channel.items()):
        PendingChange.objects.filter(channel_id=channel_id, source_id__in=source_ids).delete()


def _unquote(messages: Sequence[Erased]) -> None:
    """Replies lose the text they quote."""
    by_chat: dict[int, list[Erased]] = defaultdict(list)
    for one in messages:
        by_chat[one.contact_inbox_id].append(one)
    for contact_inbox_id, those in sorted(by_chat.items()):
        named = Q(quoted_id__in=[one.id for one in those])
        named |= Q(quoted_source_id__in=[one.source_id for one in those if one.source_id])
        replies = Message.objects.filter(named, contact_inbox_id=contact_inbox_id)
        ids = list(replies.exclude(pk__in=[one.id for one in those]).values_list("pk", flat=True))
        if ids:
            Message.objects.filter(pk__in=ids).update(quoted_id=None, quoted_text="")
            tell(Message.objects.filter(pk__in=ids))


def _remove(key: str) -> None:
    try:
        storages["default"].delete(key)
    except OSError:
        log.warning("stored file could not be removed", extra={"key": key})  # the sweep finds it later
