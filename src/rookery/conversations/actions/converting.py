"""What becomes of an agent's file before it is sent (decisions D1): uploaded, converting, then ready or refused.

A message whose file is not ready holds its chat (decisions C5): it is pending, and due only when the file is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from rookery import db
from rookery.conversations import facts
from rookery.conversations.models import Attachment, Blob, Message
from rookery.conversations.store import outbox
from rookery.conversations.store.converting import HELD_MS
from rookery.telemetry import metrics

State = Attachment.State
UNREADY = (State.UPLOADED, State.CONVERTING)
_TO_GO = (Message.State.PENDING, Message.State.SCHEDULED, Message.State.STALE)

Params = Mapping[str, str | int]

SMALL = 5_000_000
"""Bytes that are below every limit there is."""
_PIXELS = 64_000_000
_STICKER_BYTES = 500 * 1024
_PLAIN: Mapping[str, frozenset[str]] = {
    "image": frozenset({"image/png"}),
    "audio": frozenset(f"audio/{name}" for name in ("aac", "amr", "flac", "mp4", "mpeg", "ogg", "wav")),
    "sticker": frozenset({"image/png", "image/webp"}),
}
"""Types that go as they are if they are small; of JPEG and video only a look inside can tell."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A file fit to be sent. `gif`: a video without sound that plays again and again."""

    blob_id: int
    name: str
    kind: str
    gif: bool = False


def is_fit(kind: str, blob: Blob) -> bool:
    """Whether a file goes as it is, without a look inside. A document always does."""
    if kind == "document":
        return True
    if blob.type not in _PLAIN.get(kind, ()):
        return False
    if kind == "image":
        # One that could not be looked into, or a bomb, is no business of the gateway's.
        return blob.size <= SMALL and 0 < (blob.width or 0) * (blob.height or 0) <= _PIXELS
    return blob.size <= (_STICKER_BYTES if kind == "sticker" else SMALL)


def do_make_ready(attachment_id: int, owner: str, ready: Ready) -> bool:
    """The file is fit: its message may go. False when `owner` lost it, or the bytes are gone."""
    with db.write():
        message = _message_of(attachment_id)
        if message is None or not Blob.objects.select_for_update().filter(pk=ready.blob_id).exists():
            return False
        done = _held(attachment_id, owner).update(
            state=State.READY, blob_id=ready.blob_id, name=ready.name, kind=ready.kind, error="", owner="", lease_ms=0
        )  # fmt: skip
        if not done:
            return False
        more: dict[str, Any] = {"kind": "audio" if ready.kind == "voice" else ready.kind}
        if ready.gif:
            more["additional_attributes"] = message.additional_attributes | {"gif": True}
        if (
            message.due_ms == HELD_MS
            and not Attachment.objects.filter(message=message, state__in=UNREADY).exists()
        ):
            more["due_ms"] = 0
        Message.objects.filter(pk=message.pk).update(version=F("version") + 1, **more)
        _record(message, State.READY)
    return True


def do_refuse(attachment_id: int, owner: str, code: str, params: Params) -> bool:
    """The file cannot be sent: its message fails without leaving, and says why. False when `owner` lost it."""
    with db.write():
        message = _message_of(attachment_id)
        if message is None or not _held(attachment_id, owner).update(
            state=State.REFUSED, error=code, owner="", lease_ms=0
        ):
            return False
        failed = Message.objects.filter(pk=message.pk, state__in=_TO_GO).update(
            state=Message.State.FAILED, failure_code=code, failure_params=dict(params), due_ms=0, owner="", lease_ms=0,
            version=F("version") + 1,
        )  # fmt: skip
        _record(message, State.REFUSED)
    if failed:
        metrics.message_sent.labels(status="failed").inc()
    return True


def do_defer(attachment_id: int, owner: str, wait_ms: int, *, counted: bool) -> bool:
    """Try again in `wait_ms`: nothing is wrong with the file. False when `owner` lost it."""
    less = {} if counted else {"attempts": F("attempts") - 1}
    with db.write():
        rows = _held(attachment_id, owner)
        return bool(
            rows.update(
                state=State.UPLOADED, due_ms=outbox.lease_clock() + wait_ms, owner="", lease_ms=0, **less
            )
        )


def start_over(message: Message, *, compress: bool, as_document: bool) -> dict[str, Any]:
    """Files of a message that is sent again: what was refused or half done is looked at anew, or goes as a document.

    Answers what the message's row has to change. Inside `db.write()`, the lane locked.
    """
    files = Attachment.objects.filter(message=message, blob__isnull=False)
    changes: dict[str, Any] = {}
    clean: dict[str, Any] = {"error": "", "owner": "", "lease_ms": 0, "attempts": 0, "due_ms": 0}
    if as_document and files.exists():
        files.update(kind="document", state=State.READY, **clean)
        changes["kind"] = "document"
    elif files.filter(state__in=(*UNREADY, State.REFUSED)).update(state=State.UPLOADED, **clean):
        changes["due_ms"] = HELD_MS
    if compress:
        changes["additional_attributes"] = message.additional_attributes | {"compress": True}
    return changes


def _held(attachment_id: int, owner: str) -> Any:
    return Attachment.objects.filter(pk=attachment_id, state=State.CONVERTING, owner=owner)


def _message_of(attachment_id: int) -> Message | None:
    """The message of a file, locked; None when it was erased meanwhile."""
    rows = Message.objects.select_for_update(of=("self",), no_key=True).select_related("conversation")
    return rows.filter(attachments__pk=attachment_id).first()


def _record(message: Message, state: str) -> None:
    facts.record(
        facts.MESSAGE_CHANGED,
        account=message.account_id,
        inbox=message.inbox_id,
        conversation=message.conversation_id,
        message=message.pk,
        display_id=message.conversation.display_id,
        file=str(state),
    )
