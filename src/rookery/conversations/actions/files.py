"""What becomes of a message's files. Each visible change raises the message's version and records a fact."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F

from rookery import db
from rookery.conversations import facts
from rookery.conversations.models import Attachment, Blob, Message
from rookery.conversations.store import erasing
from rookery.conversations.store import files as rows
from rookery.conversations.store.files import Looks
from rookery.db.fields import now_millis

State = Attachment.State
RETRYABLE = (State.FAILED, State.GONE, State.WANTED)
EXPIRED = "media_expired"
"""The error of a file that the retention rule took away."""
UNSENT = ("scheduled", "pending", "sending", "uncertain", "stale", "failed")


def do_attach(message: Message, blob: Blob, *, name: str, kind: str, position: int = 0) -> Attachment:
    """Hang an agent's file on a message that is being made; it is ready to be sent. Part of the caller's
    `db.write()`, and of the message's own fact."""
    return Attachment.objects.create(
        account_id=message.account_id,
        message=message,
        blob=blob,
        name=name,
        kind=kind,
        position=position,
        state=State.READY,
        created_ms=now_millis(),
        stored_ms=now_millis(),
    )


def do_store_attachment(
    attachment_id: int, owner: str, blob_id: int, looks: Looks | None, *, name: str, kind: str
) -> bool:
    """The file arrived: show it. False when `owner` lost its claim or the blob was deleted meanwhile.

    `looks` is None when the blob was looked into before.
    """
    with db.write():
        if not Blob.objects.select_for_update().filter(pk=blob_id).exists():
            return False
        if looks is not None and not rows.set_looks(blob_id, looks):
            for key in looks.keys:  # the same bytes came twice at once, and the other look was first
                erasing.forget(key)
        stored = _held(attachment_id, owner).update(
            state=State.STORED, blob_id=blob_id, name=name, kind=kind, error="", owner="", lease_ms=0,
            stored_ms=now_millis(),
        )  # fmt: skip
        if stored:
            _changed(attachment_id, State.STORED)
    return bool(stored)


def do_defer_attachment(
    attachment_id: int, owner: str, error: str, due_ms: int, *, counted: bool = True
) -> bool:
    """Try again at `due_ms`. The page hears of it only when the reason is a new one."""
    with db.write():
        before = Attachment.objects.filter(pk=attachment_id).values_list("error", flat=True).first()
        changes: dict[str, object] = {} if counted else {"attempts": F("attempts") - 1}
        deferred = _held(attachment_id, owner).update(
            state=State.WANTED, error=error, due_ms=due_ms, owner="", lease_ms=0, **changes
        )
        if deferred and before != error:
            _changed(attachment_id, State.WANTED)
    return bool(deferred)


def do_fail_attachment(attachment_id: int, owner: str, error: str, *, gone: bool = False) -> bool:
    """Give up by ourselves; `gone` when nobody is likely to have the file any more."""
    state = State.GONE if gone else State.FAILED
    with db.write():
        failed = _held(attachment_id, owner).update(state=state, error=error, owner="", lease_ms=0)
        if failed:
            _changed(attachment_id, state)
    return bool(failed)


def do_retry_attachment(attachment: Attachment, *, any_size: bool = False) -> bool:
    """An agent asks for the file again: wanted now, with all tries anew. False when it is there or under way.

    `any_size`: however large it is, and in ten times the time; for administrators.
    """
    with db.write():
        wanted = Attachment.objects.filter(pk=attachment.pk, state__in=RETRYABLE).update(
            state=State.WANTED,
            error="",
            attempts=0,
            due_ms=now_millis(),
            owner="",
            lease_ms=0,
            any_size=any_size,
        )
        if wanted:
            _changed(attachment.pk, State.WANTED)
    return bool(wanted)


def list_expired(before_ms: int, limit: int) -> list[int]:
    """Attachments whose bytes are here since before `before_ms`, oldest first; what still has to be sent is left out."""
    old = Attachment.objects.filter(blob__isnull=False, stored_ms__lt=before_ms)
    kept = old.exclude(message__state__in=UNSENT).order_by("stored_ms", "id")
    return list(kept.values_list("pk", flat=True)[:limit])


def do_expire_attachments(ids: Sequence[int]) -> int:
    """The bytes go, the bubble says so; what nobody else names is deleted. How many lost theirs."""
    with db.write():
        found = Attachment.objects.select_for_update(of=("self",)).filter(pk__in=ids, blob__isnull=False)
        expired = list(found.order_by("pk").values_list("pk", "blob_id"))
        mine = [pk for pk, _ in expired]
        Attachment.objects.filter(pk__in=mine).update(blob=None, state=State.GONE, error=EXPIRED)
        for blob_id in sorted({blob_id for _, blob_id in expired}):
            for key in rows.delete_unused_blob(blob_id) or ():
                erasing.forget(key)
        for pk in mine:
            _changed(pk, State.GONE)
    return len(mine)


def _held(attachment_id: int, owner: str) -> rows.Rows:
    return Attachment.objects.filter(pk=attachment_id, state=State.FETCHING, owner=owner)


def _changed(attachment_id: int, state: str) -> None:
    """The bubble shows something else now."""
    message_id = Attachment.objects.values_list("message_id", flat=True).get(pk=attachment_id)
    Message.objects.filter(pk=message_id).update(version=F("version") + 1)
    found = Message.objects.values(
        "account_id", "inbox_id", "conversation_id", "conversation__display_id"
    ).get(pk=message_id)
    facts.record(
        facts.MESSAGE_CHANGED,
        account=found["account_id"],
        inbox=found["inbox_id"],
        conversation=found["conversation_id"],
        message=message_id,
        display_id=found["conversation__display_id"],
        file=state,
    )
